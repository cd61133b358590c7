import type { ApprovalStore } from '../core/approval/approval-store.ts';
import type { ChangeSignal } from '../core/change-signal.ts';
import type { ApprovalId } from '../core/ids.ts';
import type { Milliseconds } from '../core/units.ts';

/** How often those that wait look by themselves: a signal may be lost, what is stored is not. */
const LOOK_EVERY: Milliseconds = 1000;
/** Least time between two looks at all that is waited for, however many signals come. */
const LOOKS_APART: Milliseconds = 10;

interface Waiting {
  revision: number;
  readonly wakes: Set<() => void>;
}

/** How long somebody waits at the longest. */
export interface Patience {
  readonly until: AbortSignal;
  readonly within: Milliseconds;
}

/**
 * Wakes those who wait for people to decide, whichever replica they decided on. What changes in this process is told by name;
 * what changes elsewhere is looked for, with one query for however many wait.
 */
export class ApprovalWatch implements Disposable {
  readonly #store: Pick<ApprovalStore, 'changedSince'>;
  readonly #waiting = new Map<ApprovalId, Waiting>();
  /** Those who have just come: what they wait for may have changed since they read it. */
  readonly #fresh = new Set<ApprovalId>();
  readonly #subscription: Disposable;
  readonly #timer: NodeJS.Timeout;
  #next: NodeJS.Timeout | undefined;
  #isLooking = false;
  #lookAgain = false;
  #isComparing = false;
  #isDraining = false;

  constructor(store: Pick<ApprovalStore, 'changedSince'>, changes: Pick<ChangeSignal, 'onChange'>) {
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
    for (const id of this.#waiting.keys()) this.wake(id);
  }

  /** Wakes those who wait for this one: somebody here has just changed it. */
  wake(id: ApprovalId): void {
    for (const wake of this.#waiting.get(id)?.wakes ?? []) wake();
  }

  /** Resolves when the approval is no longer at this revision, or patience ends; once too often does no harm. */
  async changed(id: ApprovalId, revision: number, { until, within }: Patience): Promise<void> {
    if (until.aborted || this.#isDraining) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    const waiting = this.#waiting.get(id) ?? { revision, wakes: new Set() };
    // Who saw an older one must hear of the newer; who saw a newer one hears of it twice.
    waiting.revision = Math.min(waiting.revision, revision);
    waiting.wakes.add(wake);
    this.#waiting.set(id, waiting);
    until.addEventListener('abort', wake, { once: true });
    const timer = setTimeout(wake, within);
    this.#fresh.add(id);
    if (!this.#isComparing) void this.#compareFresh();
    await promise;
    clearTimeout(timer);
    until.removeEventListener('abort', wake);
    waiting.wakes.delete(wake);
    if (waiting.wakes.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    clearTimeout(this.#next);
    this.#subscription[Symbol.dispose]();
    this.drain();
  }

  async #compareFresh(): Promise<void> {
    this.#isComparing = true;
    while (this.#fresh.size > 0) {
      const ids = [...this.#fresh];
      this.#fresh.clear();
      await this.#compare(ids);
    }
    this.#isComparing = false;
  }

  /** Looks at all that is waited for: at once, but never twice in quick succession. */
  #look(): void {
    if (this.#waiting.size === 0) return;
    if (this.#isLooking) {
      this.#lookAgain = true;
      return;
    }
    this.#isLooking = true;
    void this.#compare(this.#waiting.keys()).then(() => {
      this.#next = setTimeout(() => {
        this.#isLooking = false;
        if (this.#lookAgain) this.#look();
      }, LOOKS_APART).unref();
    });
    this.#lookAgain = false;
  }

  /** Wakes those whose approval is not as they saw it. Where the store is down they look again in a second. */
  async #compare(ids: Iterable<ApprovalId>): Promise<void> {
    const seen = new Map<ApprovalId, number>();
    for (const id of ids) {
      const waiting = this.#waiting.get(id);
      if (waiting !== undefined) seen.set(id, waiting.revision);
    }
    const changed = await this.#store.changedSince(seen);
    if (!changed.ok) return;
    for (const id of changed.value) this.wake(id);
  }
}
