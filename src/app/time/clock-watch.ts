import type { Milliseconds } from '../../core/units.ts';
import type { Log } from '../../telemetry/log.ts';
import type { SteadyClock } from './steady-clock.ts';

const LOOK_EVERY: Milliseconds = 1000;
/** What is less is a leap second, or a clock that is being set right. */
const NOTEWORTHY: Milliseconds = 5_000;

/** Says on the log when the clock of the machine is set: what follows from it looks like a fault to whoever does not know. */
export function watchClock(clock: SteadyClock, log: Pick<Log, 'error' | 'warn'>): Disposable {
  const timer = setInterval(clockLook(clock, log), LOOK_EVERY);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** One look at the clock, to be repeated. */
export function clockLook(clock: SteadyClock, log: Pick<Log, 'error' | 'warn'>): () => void {
  let lag = clock.lag();
  let wall = clock.now() - clock.monotonic();
  return () => {
    const before = { lag, wall };
    lag = clock.lag();
    wall = clock.now() - clock.monotonic();
    if (lag - before.lag > NOTEWORTHY) {
      log.error(
        { behind: lag },
        'The clock of this machine was set back. The time of the gateway goes on, so that nothing lives again that has ended; once the clock is right, restart the gateway',
      );
    }
    if (wall - before.wall > NOTEWORTHY) {
      log.warn(
        { forward: wall - before.wall },
        'The clock of this machine was set forward, or the machine slept: what should have ended meanwhile ends now',
      );
    }
  };
}
