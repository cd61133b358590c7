import { isValidIBAN } from 'ibantools';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../scripts/masking/random.ts';
import { isLuhn, isVerhoeff, luhnCheckDigit, weighted } from '../../../scripts/masking/values/check-digits.ts';
import { known } from '../../../scripts/masking/values/oracle.ts';
import { iban } from '../../../scripts/masking/values/other-values.ts';
import { fromPattern } from '../../../scripts/masking/values/secret-values.ts';
import { makeValid } from '../../../scripts/masking/values/template.ts';

describe('luhnCheckDigit()', () => {
  it('completes numbers that stdnum accepts', () => {
    const random = new Random(1);
    const isSin = known('CA', 'sin');
    for (let i = 0; i < 200; i++) {
      const body = `1${random.digits(7)}`;
      expect(isSin(body + luhnCheckDigit(body))).toBe(true);
      expect(isLuhn(body + luhnCheckDigit(body))).toBe(true);
    }
  });
});

describe('isVerhoeff()', () => {
  it('agrees with stdnum on Indian numbers', () => {
    const random = new Random(2);
    const isAadhaar = known('IN', 'aadhaar');
    for (let i = 0; i < 500; i++) {
      const text = `3${random.digits(11)}`;
      expect(isVerhoeff(text)).toBe(isAadhaar(text));
    }
  });
});

describe('weighted()', () => {
  it('repeats the weights', () => {
    expect(weighted('1234', [3, 7])).toBe(3 + 14 + 9 + 28);
  });
});

describe('iban()', () => {
  it('makes what ibantools accepts', () => {
    const random = new Random(3);
    for (let i = 0; i < 200; i++) expect(isValidIBAN(iban(random))).toBe(true);
  });
});

describe('fromPattern()', () => {
  it.each(['AKIA[A-Z2-7]{16}', String.raw`xoxe\.xoxb-[0-9]-[A-Za-z0-9]{100,250}`, 'key-[a-f0-9]{32}', 'a[b-d_-]{2,3}-?[0-9]+'])(
    'fills %s',
    (pattern) => {
      const random = new Random(4);
      for (let i = 0; i < 50; i++) expect(fromPattern(random, pattern)).toMatch(new RegExp(`^${pattern}$`));
    },
  );
});

describe('makeValid()', () => {
  it('says where nothing is valid', () => {
    expect(() => makeValid(new Random(5), { template: '#', isValid: () => false })).toThrow('Nothing of the form #');
  });

  it('makes dates of birth', () => {
    const random = new Random(6);
    for (let i = 0; i < 50; i++)
      expect(makeValid(random, { template: 'yyyymmdd' })).toMatch(/^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|1\d|2[0-8])$/);
  });
});
