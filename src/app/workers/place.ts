import type { Milliseconds } from '../../core/units.ts';
import { BackOff } from './back-off.ts';
import type { CarrierHealth } from './carriers.ts';
import type { Member } from './member.ts';

/** One of the places of the crew: workers come and go, and each goes on with the chains of the one before. */
export class Place {
  /** Of the worker, from 1 on. */
  readonly number: number;
  /** Who has it now. */
  member: Member | undefined;
  /** Of the chains that its worker writes, or wrote. */
  writers: readonly string[] = [];
  /** Times that another one took the place. */
  restarts = 0;
  /** Why the last one that was to take it could not; empty once one could. */
  problems: readonly string[] = [];
  readonly #backOff = new BackOff();
  #timer: NodeJS.Timeout | undefined;

  constructor(number: number) {
    this.number = number;
  }

  /**
   * Has it filled again after a while.
   * @param ran how long the worker that has ended took exchanges in; 0 for one that could not start
   * @returns how long the while is
   */
  refillAfter(ran: Milliseconds, refill: () => void): Milliseconds {
    const wait = this.#backOff.after(ran);
    this.#timer = setTimeout(refill, wait);
    return wait;
  }

  /** It stays as it is. */
  close(): void {
    clearTimeout(this.#timer);
  }

  health(now: Milliseconds): CarrierHealth {
    return {
      id: String(this.number),
      ...(this.member?.health(now) ?? { state: 'gone', exchanges: 0 }),
      restarts: this.restarts,
      ...(this.problems.length > 0 && { problems: [...this.problems] }),
    };
  }
}
