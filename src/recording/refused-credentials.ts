import type { Clock, Journal } from '../core/ports.ts';
import type { Instant, Milliseconds } from '../core/units.ts';

export interface RefusedCredentialsOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Default one minute. */
  readonly window?: Milliseconds;
  /** Most clients that are told apart; default 256. */
  readonly clients?: number;
}

interface Tally {
  /** On the monotonic clock. */
  readonly startedAt: Milliseconds;
  folded: number;
  firstFoldedAt: Instant;
}

/** Stands for the clients beyond those that are told apart. */
const OTHERS = 'others';

/**
 * Puts credentials that did not verify on the record: the first of a client in a window as it is, those after it as one
 * count, so that whoever guesses cannot turn the audit into an outage (invariant 9).
 */
export class RefusedCredentials implements AsyncDisposable {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #window: Milliseconds;
  readonly #clients: number;
  readonly #tallies = new Map<string, Tally>();
  readonly #timer: NodeJS.Timeout;

  constructor({ journal, clock, window = 60_000, clients = 256 }: RefusedCredentialsOptions) {
    this.#journal = journal;
    this.#clock = clock;
    this.#window = window;
    this.#clients = clients;
    this.#timer = setInterval(() => void this.flush(), window);
    this.#timer.unref();
  }

  /** @param reason without the credential */
  note(address: string, reason: string): void {
    const client = this.#tallies.has(address) || this.#tallies.size < this.#clients ? address : OTHERS;
    const tally = this.#tallies.get(client);
    if (tally !== undefined) {
      if (tally.folded === 0) tally.firstFoldedAt = this.#clock.now();
      tally.folded += 1;
      return;
    }
    this.#tallies.set(client, { startedAt: this.#clock.monotonic(), folded: 0, firstFoldedAt: 0 });
    void this.#journal.append({
      kind: 'admin',
      actor: 'unknown',
      client,
      action: 'credential.refused',
      details: { reason },
    });
  }

  /** Writes the counts of windows that have ended. Called by the timer; tests call it themselves. */
  async flush(now: Milliseconds = this.#clock.monotonic()): Promise<void> {
    const ended = [...this.#tallies].filter(([, { startedAt }]) => now - startedAt >= this.#window);
    for (const [client] of ended) this.#tallies.delete(client);
    for (const [client, { folded, firstFoldedAt }] of ended) {
      if (folded === 0) continue;
      const since = new Date(firstFoldedAt).toISOString();
      await this.#journal.append({
        kind: 'admin',
        actor: 'unknown',
        client,
        action: 'credential.refused',
        count: folded,
        since,
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.flush(Number.POSITIVE_INFINITY);
  }
}
