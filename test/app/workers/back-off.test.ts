import { describe, expect, it } from 'vitest';
import { BackOff } from '../../../src/app/workers/back-off.ts';

const MINUTE = 60_000;

describe('BackOff', () => {
  it('waits twice as long each time, half a minute at most', () => {
    const backOff = new BackOff();
    const waits = Array.from({ length: 10 }, () => backOff.after(0));
    expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    for (let n = 0; n < 5_000; n++) backOff.after(0);
    expect(backOff.after(0)).toBe(30_000);
  });

  it('begins anew after one that lasted, and only then', () => {
    const backOff = new BackOff();
    for (let n = 0; n < 5; n++) backOff.after(0);
    expect(backOff.after(MINUTE)).toBe(8_000);
    expect(backOff.after(MINUTE + 1)).toBe(250);
    expect(backOff.after(0)).toBe(500);
  });
});
