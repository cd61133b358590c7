import { hash } from 'node:crypto';
import type { LimitUse } from '../../core/exchange/limit-use.ts';
import type { KeptWindow, LimitStore } from '../../core/fleet/limit-store.ts';
import type { Clock } from '../../core/ports.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';
import { countBytes, takeRequest } from './count-in-windows.ts';
import { fullestOf } from './fullest-windows.ts';
import { type LimitClaim, type LimitLedger, MOST_WINDOWS, type NotLeft, type UsedUp } from './limit-ledger.ts';
import { SlidingWindow } from './sliding-window.ts';

/** A store that takes longer is in trouble: what nobody can count is not let go, and what runs is cut. */
const ANSWER_TIME: Milliseconds = 2_000;
/** Of what waits; beyond, nobody counts it. */
const MOST_WAITING = 16_384;
/** What is counted in one transaction. */
const MOST_AT_ONCE = 500;

/** A window as this process knows it. */
interface Seen {
  readonly window: SlidingWindow;
  readonly most: number;
  /** By the clock of this process. */
  readonly endsAt: Milliseconds;
}

/** Something to be counted, once the store is asked the next time. */
interface Waiting {
  readonly claims: readonly LimitClaim[];
  readonly count: (windows: readonly SlidingWindow[], now: Instant) => UsedUp | undefined;
  readonly answer: (refused: NotLeft | undefined) => void;
  /** Nobody waits for it any more. */
  isLate: boolean;
}

/**
 * What was used of limits, counted in the store for all replicas, to the request. One transaction at a time counts all that has come
 * up during the one before it: the more there is to count, the less each costs.
 */
export class SharedWindows implements LimitLedger {
  readonly #store: LimitStore;
  readonly #clock: Clock;
  #waiting: Waiting[] = [];
  #isCounting = false;
  /** Windows that this process has counted in, as it has seen them last. */
  readonly #known = new Map<string, Seen>();

  constructor(store: LimitStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  take(claims: readonly LimitClaim[]): Promise<NotLeft | undefined> {
    return this.#ask(claims, (windows, now) => takeRequest(claims, windows, now));
  }

  giveBack(claims: readonly LimitClaim[]): void {
    const requests = claims.filter(({ unit }) => unit === 'requests');
    if (requests.length === 0) return;
    // What cannot be given back stays used.
    void this.#ask(requests, (windows, now) => {
      for (const window of windows) window.use(-1, now);
      return undefined;
    });
  }

  use(claims: readonly LimitClaim[], bytes: number): Promise<NotLeft | undefined> {
    return this.#ask(claims, (windows, now) => countBytes(claims, windows, bytes, now));
  }

  fullest(count: number, isWanted: (use: LimitUse) => boolean): readonly LimitUse[] {
    return fullestOf(this.#known, this.#clock.now()).filter(isWanted).take(count).toArray();
  }

  #ask(claims: readonly LimitClaim[], count: Waiting['count']): Promise<NotLeft | undefined> {
    if (this.#waiting.length >= MOST_WAITING) return Promise.resolve('unknown');
    if (!this.#isRoomFor(claims)) return Promise.resolve('too-many');
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        waiting.isLate = true;
        resolve('unknown');
      }, ANSWER_TIME);
      const answer = (refused: NotLeft | undefined): void => {
        clearTimeout(late);
        resolve(refused);
      };
      const waiting: Waiting = { claims, count, answer, isLate: false };
      this.#waiting.push(waiting);
      if (!this.#isCounting) void this.#countAll();
    });
  }

  async #countAll(): Promise<void> {
    this.#isCounting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MOST_AT_ONCE).filter(({ isLate }) => !isLate);
      if (batch.length > 0) await this.#count(batch);
    }
    this.#isCounting = false;
  }

  async #count(batch: readonly Waiting[]): Promise<void> {
    const asked = new Map(batch.flatMap(({ claims }) => claims.map((claim) => [claim.key, claim] as const)));
    const digests = new Map([...asked.keys()].map((key) => [key, digestOf(key)]));
    const windows = new Map<string, SlidingWindow>();
    let answers: readonly (UsedUp | undefined)[] = [];
    const counted = await this.#store.count([...digests.values()], (kept, now) => {
      for (const [key, { every }] of asked) {
        windows.set(key, SlidingWindow.read(kept.get(digests.get(key)!) ?? '', every, now));
      }
      answers = batch.map(({ claims, count }) =>
        count(
          claims.map(({ key }) => windows.get(key)!),
          now,
        ),
      );
      return new Map([...windows].map(([key, window]) => [digests.get(key)!, keptOf(window, now)]));
    });
    if (counted.ok) this.#see(asked, windows);
    for (const [index, { answer }] of batch.entries()) answer(counted.ok ? answers[index] : 'unknown');
  }

  #see(asked: ReadonlyMap<string, LimitClaim>, windows: ReadonlyMap<string, SlidingWindow>): void {
    const now = this.#clock.monotonic();
    for (const [key, { most, every }] of asked) {
      this.#known.set(key, { window: windows.get(key)!, most, endsAt: now + 2 * every });
    }
  }

  /** Agents make no more windows than one process would count by itself; what waits already may add a few. */
  #isRoomFor(claims: readonly LimitClaim[]): boolean {
    const isFull = (): boolean => this.#known.size >= MOST_WINDOWS && claims.some(({ key }) => !this.#known.has(key));
    if (isFull()) this.#forget(this.#clock.monotonic());
    return !isFull();
  }

  #forget(now: Milliseconds): void {
    for (const [key, { endsAt }] of this.#known) if (endsAt < now) this.#known.delete(key);
  }
}

/** Keys name agents and hosts, which the store need not know; and they may be long. */
function digestOf(key: string): string {
  return hash('sha256', key, 'base64url');
}

function keptOf(window: SlidingWindow, now: Instant): KeptWindow {
  return { used: window.text(now), endsAt: now + window.untilAtMost(0, now) };
}
