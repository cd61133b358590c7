import { hash } from 'node:crypto';
import type { Code, Failure } from '../core/codes.ts';
import type { Home } from '../core/exchange/decision.ts';
import type { ExchangeId } from '../core/ids.ts';
import type { Clock, Journal } from '../core/ports.ts';
import type { DecisionEvent, FoldedEvent, AppendedEvent } from '../core/exchange/record.ts';
import { ok, type Result } from '../core/result.ts';
import type { Instant, Milliseconds } from '../core/units.ts';

export interface FoldingOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Denials of one subject, client, target and code that are written one by one in a window; default 10. */
  readonly sameTarget?: number;
  /** The same whatever their targets, against an agent that varies them; default 300. */
  readonly anyTarget?: number;
  /** Default one minute. */
  readonly window?: Milliseconds;
  /** Most different denials that are counted at a time; default 1024. */
  readonly keys?: number;
}

/** A journal in which repeated denials take bounded room (invariant 9). */
export interface FoldingJournal extends Journal, AsyncDisposable {
  /** Writes a `folded` record for every window that has ended. Called by the timer; tests call it themselves. */
  flush(): Promise<void>;
}

interface Tally {
  readonly event: Omit<FoldedEvent, 'kind' | 'count' | 'since'>;
  /** Of the subject; who moves is counted anew. */
  readonly home: Home | undefined;
  /** Start of the window on the monotonic clock. */
  readonly startedAt: Milliseconds;
  written: number;
  folded: number;
  firstFoldedAt: Instant;
}

type Denial = DecisionEvent & { readonly code: Code };

const DONE = ok(undefined);
const DEFAULT_WINDOW: Milliseconds = 60_000;

/**
 * Passes every event on, except that identical denials beyond a rate are counted and become one `folded` record per window.
 * The outcome of a folded exchange is left out with it. A folded denial is acknowledged at once: when the process dies, the
 * counts of the running window are lost, nothing else.
 */
export function createFoldingJournal(options: FoldingOptions): FoldingJournal {
  const folding = new Folding(options);
  const timer = setInterval(() => void folding.flush(), options.window ?? DEFAULT_WINDOW);
  timer.unref();
  return {
    append: (event, home) => folding.append(event, home),
    flush: () => folding.flush(),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await folding.flush(Number.POSITIVE_INFINITY);
    },
  };
}

class Folding {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #sameTarget: number;
  readonly #anyTarget: number;
  readonly #window: Milliseconds;
  readonly #keys: number;
  /** By subject, client, code and target. */
  readonly #narrow = new Map<string, Tally>();
  /** By subject, client and code. */
  readonly #wide = new Map<string, Tally>();
  /** Folded exchanges whose outcome has not come yet; oldest first. */
  readonly #awaited = new Set<ExchangeId>();

  constructor(options: FoldingOptions) {
    this.#journal = options.journal;
    this.#clock = options.clock;
    this.#sameTarget = options.sameTarget ?? 10;
    this.#anyTarget = options.anyTarget ?? 300;
    this.#window = options.window ?? DEFAULT_WINDOW;
    this.#keys = options.keys ?? 1024;
  }

  append(event: AppendedEvent, home?: Home): Promise<Result<void, Failure>> {
    if (event.kind === 'outcome' && this.#awaited.delete(event.exchange)) return Promise.resolve(DONE);
    if (!isDenial(event) || !this.#folds(event, home)) return this.#journal.append(event, home);
    this.#awaited.add(event.exchange);
    const [oldest] = this.#awaited;
    // An outcome that comes after all is then written alone: more than needed, never less.
    if (this.#awaited.size > this.#keys && oldest !== undefined) this.#awaited.delete(oldest);
    return Promise.resolve(DONE);
  }

  async flush(now: Milliseconds = this.#clock.monotonic()): Promise<void> {
    for (const tallies of [this.#narrow, this.#wide]) {
      // A copy: a tally that cannot be written goes back into the map, and must not be met again in this round.
      const entries = [...tallies];
      for (const [key, tally] of entries) {
        if (now - tally.startedAt < this.#window) continue;
        tallies.delete(key);
        await this.#write(tallies, key, tally);
      }
    }
  }

  /** Counts the denial; true when it is not to be written by itself. */
  #folds(event: Denial, home: Home | undefined): boolean {
    const wide = this.#current(this.#wide, wideKey(event), () => this.#fresh(event, undefined, home));
    // No room to count: written one by one, which is too much but not too little.
    if (wide === undefined) return false;
    // Targets get tallies of their own only up to the wide limit, so that one agent cannot fill the table with names.
    const isFull = wide.written >= this.#anyTarget;
    const narrow = this.#current(this.#narrow, narrowKey(event), () =>
      isFull ? undefined : this.#fresh(event, event.target, home),
    );
    if (narrow !== undefined && narrow.written >= this.#sameTarget) return this.#fold(narrow);
    if (isFull) return this.#fold(narrow ?? wide);
    if (narrow !== undefined) narrow.written += 1;
    wide.written += 1;
    return false;
  }

  #fold(tally: Tally): true {
    if (tally.folded === 0) tally.firstFoldedAt = this.#clock.now();
    tally.folded += 1;
    return true;
  }

  /** The tally of the running window; undefined when there is none and `make` gives none, or there is no room. */
  #current(tallies: Map<string, Tally>, key: string, make: () => Tally | undefined): Tally | undefined {
    const known = tallies.get(key);
    if (known !== undefined) {
      if (this.#clock.monotonic() - known.startedAt < this.#window) return known;
      tallies.delete(key);
      void this.#write(tallies, key, known);
    }
    if (tallies.size >= this.#keys) return undefined;
    const fresh = make();
    if (fresh !== undefined) tallies.set(key, fresh);
    return fresh;
  }

  #fresh(event: Denial, target: string | undefined, home: Home | undefined): Tally {
    const { subject, client, code } = event;
    return {
      event: { ...(subject !== undefined && { subject }), client, code, ...(target !== undefined && { target }) },
      home,
      startedAt: this.#clock.monotonic(),
      written: 0,
      folded: 0,
      firstFoldedAt: 0,
    };
  }

  async #write(tallies: Map<string, Tally>, key: string, tally: Tally): Promise<void> {
    if (tally.folded === 0) return;
    const since = new Date(tally.firstFoldedAt).toISOString();
    const written = await this.#journal.append({ kind: 'folded', ...tally.event, count: tally.folded, since }, tally.home);
    if (written.ok) return;
    // Not recorded yet: joins what has been counted since, or waits for the next flush.
    const current = tallies.get(key);
    if (current === undefined) {
      tallies.set(key, tally);
      return;
    }
    current.firstFoldedAt = tally.firstFoldedAt;
    current.folded += tally.folded;
  }
}

function wideKey({ subject, home, client, code }: Denial): string {
  return JSON.stringify([subject, home, client, code]);
}

/** Hashed: targets are as long as an agent makes them. */
function narrowKey({ subject, home, client, code, target }: Denial): string {
  return hash('sha256', JSON.stringify([subject, home, client, code, target]), 'base64');
}

function isDenial(event: AppendedEvent): event is Denial {
  return event.kind === 'decision' && event.decision === 'deny' && event.code !== undefined;
}
