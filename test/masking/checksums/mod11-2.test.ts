import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMod11And2Valid } from '../../../src/masking/checksums/mod11-2.ts';
import { ascii } from './support/ascii.ts';

const isValid = (text: string): boolean => isMod11And2Valid(ascii(text), 0, text.length);

describe('isMod11And2Valid()', () => {
  // The last is an ISNI, which has the same check character.
  it.each(['11010519491231002X', '360426199101010071', '000000012146438X'])('accepts %s', (text) => {
    expect(isValid(text)).toBe(true);
  });

  it.each(['110105194912310021', '1101051949123100XX', '36042619910101007A', 'X', ''])('refuses %j', (text) => {
    expect(isValid(text)).toBe(false);
  });

  it('accepts exactly one check character after any digits', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{1,30}$/), (body) => {
        expect('0123456789X'.split('').filter((check) => isValid(body + check))).toHaveLength(1);
      }),
    );
  });
});
