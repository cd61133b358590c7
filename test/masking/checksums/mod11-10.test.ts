import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMod11And10Valid } from '../../../src/masking/checksums/mod11-10.ts';
import { ascii } from './support/ascii.ts';

const isValid = (text: string): boolean => isMod11And10Valid(ascii(text), 0, text.length);

describe('isMod11And10Valid()', () => {
  it.each(['36574261809', '33392005961', '136695976', '07945'])('accepts %s', (text) => {
    expect(isValid(text)).toBe(true);
  });

  it.each(['36574261808', '3339200596A', 'A3392005961', '1', ''])('refuses %j', (text) => {
    expect(isValid(text)).toBe(false);
  });

  it('accepts exactly one check digit after any digits, and no change of a single one', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{1,30}$/), fc.nat(), fc.integer({ min: 1, max: 9 }), (body, place, shift) => {
        const valid = '0123456789'
          .split('')
          .map((digit) => body + digit)
          .filter(isValid);
        expect(valid).toHaveLength(1);
        const at = place % body.length;
        const changed = (Number(body.charAt(at)) + shift) % 10;
        expect(isValid(valid[0]!.slice(0, at) + changed + valid[0]!.slice(at + 1))).toBe(false);
      }),
    );
  });
});
