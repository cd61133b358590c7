import type { Milliseconds } from '../../core/units.ts';

const SHORTEST: Milliseconds = 250;
const LONGEST: Milliseconds = 30_000;
/** Whoever has run so long has not ended because of how it began. */
export const SETTLED: Milliseconds = 60_000;

/**
 * How long to wait before another worker takes the place of one that has ended.
 * @param endings of this place in a row, none of which had run for {@link SETTLED}; the first is 1
 */
export function restartDelay(endings: number): Milliseconds {
  return Math.min(LONGEST, SHORTEST * 2 ** (endings - 1));
}
