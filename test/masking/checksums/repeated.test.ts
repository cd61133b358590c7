import { describe, expect, it } from 'vitest';
import { isRepeated } from '../../../src/masking/checksums/repeated.ts';
import { ascii } from './support/ascii.ts';

describe('isRepeated()', () => {
  it('tells a run of one character from others', () => {
    expect(isRepeated(ascii('1111'), 0, 4)).toBe(true);
    expect(isRepeated(ascii('1112'), 0, 4)).toBe(false);
    expect(isRepeated(ascii('2111'), 1, 4)).toBe(true);
  });

  it('is false for nothing', () => {
    expect(isRepeated(ascii(''), 0, 0)).toBe(false);
  });
});
