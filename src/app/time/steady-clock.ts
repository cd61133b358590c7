import type { Clock } from '../../core/ports.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';

/** A clock whose wall time never goes back, as long as the process runs (ADR 0030). */
export interface SteadyClock extends Clock {
  /** How far the machine's clock is behind: so much it was set back since. */
  lag(): Milliseconds;
  /** Goes on from there, unless it is past that already: a process that takes part has seen that time. */
  catchUp(to: Instant): void;
}

/**
 * The clock of a machine, without its steps back: where the wall clock is set back, time goes on at the pace of the monotonic
 * clock; where it is set forward, or the machine has slept, time follows at once. So an end that has come has come.
 */
export function steadyClock(machine: Clock): SteadyClock {
  // How far the wall clock is ahead of the monotonic one. Slewing moves both (clock_gettime(2)), so only steps change it.
  const offset = (): Milliseconds => machine.now() - machine.monotonic();
  let furthest = offset();
  const now = (): Instant => {
    furthest = Math.max(furthest, offset());
    return Math.floor(machine.monotonic() + furthest);
  };
  return {
    now,
    monotonic: () => machine.monotonic(),
    lag: () => Math.max(0, now() - machine.now()),
    catchUp: (to) => {
      furthest = Math.max(furthest, to - machine.monotonic());
    },
  };
}
