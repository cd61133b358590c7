import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLuhnValid, luhnSum } from '../../../src/masking/checksums/luhn.ts';
import { ascii } from './support/ascii.ts';

const isValid = (text: string): boolean => isLuhnValid(ascii(text), 0, text.length);

describe('isLuhnValid()', () => {
  it.each(['4111111111111111', '79927398713', '490154203237518', '0018', '18'])('accepts %s', (text) => {
    expect(isValid(text)).toBe(true);
  });

  it.each(['4111111111111112', '79927398710', '0', '', '411111111111111A'])('refuses %j', (text) => {
    expect(isValid(text)).toBe(false);
  });

  it('accepts exactly one check digit after any digits', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{1,30}$/), (body) => {
        expect('0123456789'.split('').filter((digit) => isValid(body + digit))).toHaveLength(1);
      }),
    );
  });

  it('looks at nothing outside the bounds', () => {
    const text = ascii('9X79927398713X9');
    expect(isLuhnValid(text, 2, 13)).toBe(true);
    expect(isLuhnValid(text, 1, 13)).toBe(false);
    expect(isLuhnValid(text, 2, 20)).toBe(false);
  });
});

describe('luhnSum()', () => {
  it('adds what a prefix would have added: 80840 counts 24 before ten digits', () => {
    const npi = '1234567893';
    expect(luhnSum(ascii(npi), 0, 10) + 24).toBe(luhnSum(ascii(`80840${npi}`), 0, 15));
  });

  it('is NaN where not all are digits', () => {
    expect(luhnSum(ascii('12A4'), 0, 4)).toBeNaN();
  });
});
