import type { Random } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';

const HOUR: Milliseconds = 3_600_000;

/** Bounds of what one webhook may cost. */
export const BOUNDS = {
  /** Attempts at once. */
  concurrent: 4,
  /** Messages that wait. */
  waiting: 10_000,
  /** Time and attempts after which a message is given up. The shortest waits that jitter can make give 43 hours. */
  age: 48 * HOUR,
  attempts: 100,
  /** Of one attempt, from connecting to the end of the answer. */
  timeout: 10_000,
  /** Content of an answer that is read, and dropped. */
  answer: 16 * 1024,
  /** After which an attempt is taken to have ended with its process: longer than look-up and attempt together take. */
  claim: 60_000,
  /** How long those that are done are remembered. */
  remembered: 72 * HOUR,
} as const;

const FIRST: Milliseconds = 1000;
const LONGEST: Milliseconds = HOUR;

/**
 * How long to wait after an attempt that failed: doubled each time up to the longest wait, of which half is left to chance.
 * @param longest default: an hour
 */
export function waitAfter(attempt: number, random: Random, longest: Milliseconds = LONGEST): Milliseconds {
  const whole = Math.min(FIRST * 2 ** (attempt - 1), longest);
  const [high = 0, low = 0] = random.bytes(2);
  const chance = (high * 256 + low) / 65_536;
  return Math.round(whole * (0.5 + chance / 2));
}
