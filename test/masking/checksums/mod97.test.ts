import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { continueRemainder97, remainder97 } from '../../../src/masking/checksums/mod97.ts';
import { ascii } from './support/ascii.ts';

const of = (text: string): number => remainder97(ascii(text), 0, text.length);

/** Letters written as two digits, and the number divided as one. */
function oracle(text: string): number {
  const digits = Array.from(text, (character) => String(Number.parseInt(character, 36))).join('');
  return Number(BigInt(digits === '' ? '0' : digits) % 97n);
}

describe('remainder97()', () => {
  it.each(['GB82WEST12345698765432', 'DE89370400440532013000', 'NO9386011117947'])('is 1 for the IBAN %s put round', (iban) => {
    expect(of(iban.slice(4) + iban.slice(0, 4))).toBe(1);
  });

  it('is that of the number which the characters write', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9A-Z]{0,40}$/), (text) => {
        expect(of(text)).toBe(oracle(text));
      }),
    );
  });

  it.each(['12-4', 'ab', '1 2'])('is NaN for %j', (text) => {
    expect(of(text)).toBeNaN();
  });
});

describe('continueRemainder97()', () => {
  it('goes on where another part ended, so that an IBAN need not be copied', () => {
    const iban = ascii('GB82WEST12345698765432');
    expect(continueRemainder97(remainder97(iban, 4, iban.length), iban, 0, 4)).toBe(1);
  });
});
