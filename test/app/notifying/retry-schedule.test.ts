import { describe, expect, it } from 'vitest';
import { BOUNDS, waitAfter } from '../../../src/app/notifying/retry-schedule.ts';

const HOUR = 3_600_000;
const random = (byte: number) => ({ bytes: (length: number) => new Uint8Array(length).fill(byte) });
const waits = (byte: number) => Array.from({ length: BOUNDS.attempts - 1 }, (_, n) => waitAfter(n + 1, random(byte)));

describe('waitAfter()', () => {
  it('doubles from a second to an hour, half of it left to chance', () => {
    expect([1, 2, 3, 4].map((attempt) => waitAfter(attempt, random(0)))).toEqual([500, 1000, 2000, 4000]);
    for (const [n, wait] of waits(255).entries()) {
      expect(wait).toBeGreaterThan(waits(0)[n]!);
      expect(wait).toBeLessThanOrEqual(Math.min(1000 * 2 ** n, HOUR));
    }
  });

  it('goes on for a day at least, whatever chance says', () => {
    const shortest = waits(0).reduce((sum, wait) => sum + wait, 0);
    expect(Math.min(shortest, BOUNDS.age)).toBeGreaterThan(24 * HOUR);
  });
});
