import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isVerhoeffDigit, isVerhoeffValid } from '../../../src/masking/checksums/verhoeff.ts';
import { ascii } from './support/ascii.ts';

const isValid = (text: string): boolean => isVerhoeffValid(ascii(text), 0, text.length);
const validOf = (body: string): string[] =>
  '0123456789'
    .split('')
    .map((digit) => body + digit)
    .filter(isValid);

describe('isVerhoeffValid()', () => {
  it.each(['2363', '234123412346', '758722', '1428570'])('accepts %s', (text) => {
    expect(isValid(text)).toBe(true);
  });

  it.each(['2364', '234123412347', '23A3', '3', ''])('refuses %j', (text) => {
    expect(isValid(text)).toBe(false);
  });

  it('accepts one check digit, and neither a changed digit nor two swapped neighbours', () => {
    const body = fc.stringMatching(/^[0-9]{2,30}$/);
    fc.assert(
      fc.property(body, fc.nat(), fc.integer({ min: 1, max: 9 }), (digits, place, shift) => {
        const valid = validOf(digits);
        expect(valid).toHaveLength(1);
        const text = valid[0]!;
        const at = place % (text.length - 1);
        const one = text.charAt(at);
        const two = text.charAt(at + 1);
        expect(isValid(text.slice(0, at) + ((Number(one) + shift) % 10) + text.slice(at + 1))).toBe(false);
        expect(isValid(text.slice(0, at) + two + one + text.slice(at + 2))).toBe(one === two);
      }),
    );
  });
});

describe('isVerhoeffDigit()', () => {
  it('finds the check digit apart from the digits that it covers', () => {
    const matricule = ascii('1893120105732');
    expect(isVerhoeffDigit(matricule, 0, 11, 12)).toBe(true);
    expect(isVerhoeffDigit(matricule, 0, 11, 11)).toBe(false);
    expect(isVerhoeffDigit(matricule, 0, 11, 13)).toBe(false);
  });
});
