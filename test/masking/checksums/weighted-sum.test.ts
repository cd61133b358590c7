import { describe, expect, it } from 'vitest';
import { digitSumOfWeighted, weightedSum } from '../../../src/masking/checksums/weighted-sum.ts';
import { ascii } from './support/ascii.ts';

describe('weightedSum()', () => {
  it('multiplies each digit by the weight at its place', () => {
    expect(weightedSum(ascii('943476591'), 0, [10, 9, 8, 7, 6, 5, 4, 3, 2])).toBe(299);
    expect(weightedSum(ascii('X12'), 1, [3, -1])).toBe(1);
  });

  it.each(['12', '1A3', ''])('is NaN for %j, which has no three digits', (text) => {
    expect(weightedSum(ascii(text), 0, [1, 1, 1])).toBeNaN();
  });
});

describe('digitSumOfWeighted()', () => {
  it('adds the digits of each product', () => {
    expect(digitSumOfWeighted(ascii('87'), 0, [2, 7])).toBe(1 + 6 + 4 + 9);
  });

  it('is NaN where not all are digits', () => {
    expect(digitSumOfWeighted(ascii('8'), 0, [2, 7])).toBeNaN();
  });
});
