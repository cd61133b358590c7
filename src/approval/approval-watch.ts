import type { ApprovalStore } from '../core/approval/approval-store.ts';
import type { ChangeSignal } from '../core/change-signal.ts';
import type { ApprovalId } from '../core/ids.ts';
import type { Milliseconds } from '../core/units.ts';

/** How often those that wait look by themselves: a signal may be lost, what is stored is not. */
const LOOK_EVERY: Milliseconds = 1000;

interface Waiting {
  revision: number;
  readonly wakes: Set<() => void>;
}

/**
 * Wakes those who wait for people to decide, whichever replica they decided on. However many wait, one query tells whose
 * approval has changed.
 */
export class ApprovalWatch implements Disposable {
  readonly #store: Pick<ApprovalStore, 'revisions'>;
  readonly #waiting = new Map<ApprovalId, Waiting>();
  readonly #subscription: Disposable;
  readonly #timer: NodeJS.Timeout;
  #isLooking = false;
  #isDraining = false;
  #lookAgain = false;

  constructor(store: Pick<ApprovalStore, 'revisions'>, changes: Pick<ChangeSignal, 'onChange'>) {
    this.#store = store;
    this.#subscription = changes.onChange(() => this.#look());
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY);
    this.#timer.unref();
  }

  /** How many exchanges wait here. */
  get size(): number {
    let size = 0;
    for (const { wakes } of this.#waiting.values()) size += wakes.size;
    return size;
  }

  /** Whether nobody is to wait any more: this replica stops, and the others have what it waited for. */
  get isDraining(): boolean {
    return this.#isDraining;
  }

  /** Wakes all who wait, so that they tell their clients to ask again. */
  drain(): void {
    this.#isDraining = true;
    this.#wakeAll();
  }

  /** Resolves when the approval is no longer at this revision, or `until` aborts; once too often does no harm. */
  async changed(id: ApprovalId, revision: number, until: AbortSignal): Promise<void> {
    if (until.aborted || this.#isDraining) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(id) ?? { revision, wakes: new Set() };
    // Who saw an older one must hear of the newer; who saw a newer one hears of it twice.
    waiting.revision = Math.min(waiting.revision, revision);
    waiting.wakes.add(resolve);
    this.#waiting.set(id, waiting);
    until.addEventListener('abort', () => resolve(), { once: true });
    // It may have changed since it was read.
    this.#look();
    await promise;
    waiting.wakes.delete(resolve);
    if (waiting.wakes.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#subscription[Symbol.dispose]();
    this.drain();
  }

  #wakeAll(): void {
    for (const { wakes } of this.#waiting.values()) for (const wake of wakes) wake();
  }

  #look(): void {
    if (this.#waiting.size === 0) return;
    this.#lookAgain = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    void this.#lookWhileAsked().finally(() => (this.#isLooking = false));
  }

  async #lookWhileAsked(): Promise<void> {
    while (this.#lookAgain && this.#waiting.size > 0) {
      this.#lookAgain = false;
      const asked = [...this.#waiting];
      const stored = await this.#store.revisions(asked.map(([id]) => id));
      // They look again in a second; their deadline is their own.
      if (!stored.ok) return;
      for (const [id, waiting] of asked) {
        if (stored.value.get(id) === waiting.revision) continue;
        for (const wake of waiting.wakes) wake();
      }
    }
  }
}
