import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SlidingWindow } from '../../../src/pipeline/limiting/sliding-window.ts';

const MINUTE = 60_000;

describe('SlidingWindow', () => {
  it('counts what was used within the time, and lets go of the rest', () => {
    const window = new SlidingWindow(MINUTE, 0);
    window.use(3, 0);
    window.use(2, 30_000);
    expect(window.used(59_999)).toBe(5);
    expect(window.used(61_000)).toBe(2);
    expect(window.used(91_000)).toBe(0);
    expect(window.used(10 * MINUTE)).toBe(0);
  });

  it('says how long until there is room', () => {
    const window = new SlidingWindow(MINUTE, 0);
    window.use(3, 500);
    window.use(2, 30_500);
    expect(window.untilAtMost(5, 40_000)).toBe(0);
    const wait = window.untilAtMost(4, 40_000);
    expect(window.used(40_000 + wait - 1)).toBe(5);
    expect(window.used(40_000 + wait)).toBe(2);
  });

  it('gives back', () => {
    const window = new SlidingWindow(MINUTE, 0);
    window.use(1, 0);
    window.use(-1, 10);
    expect(window.used(10)).toBe(0);
  });

  it('never counts less than was used in any stretch of the time, nor much more', () => {
    const uses = fc.array(fc.tuple(fc.nat(5_000), fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200_000 }), fc.nat(1_000_000), uses, (every, start, steps) => {
        // Written down and read again after each step: that changes nothing.
        let window = SlidingWindow.read('', every, start);
        const part = Math.max(1, Math.ceil(every / 60));
        const used: { at: number; amount: number }[] = [];
        let now = start;
        for (const [pause, amount] of steps) {
          now += pause;
          window.use(amount, now);
          window = SlidingWindow.read(window.text(now), every, now);
          used.push({ at: now, amount });
          const within = (time: number): number =>
            used.filter(({ at }) => at > now - time).reduce((sum, each) => sum + each.amount, 0);
          expect(window.used(now)).toBeGreaterThanOrEqual(within(every));
          expect(window.used(now)).toBeLessThanOrEqual(within(61 * part));
        }
        const wait = window.untilAtMost(0, now);
        expect(window.used(now + wait)).toBe(0);
        expect(wait).toBeGreaterThan(0);
        expect(wait).toBeLessThanOrEqual(61 * part);
      }),
    );
  });
});
