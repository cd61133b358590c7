import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCalendarDate, isDdmmyy, isShortDate, isYymmdd } from '../../../src/masking/checksums/calendar-date.ts';
import { ascii } from './support/ascii.ts';

describe('isCalendarDate()', () => {
  it('knows the days that the calendar of the language has', () => {
    const year = fc.integer({ min: 1000, max: 2999 });
    fc.assert(
      fc.property(year, fc.integer({ min: -1, max: 14 }), fc.integer({ min: -1, max: 33 }), (y, month, day) => {
        const date = new Date(Date.UTC(y, month - 1, day));
        const isReal = date.getUTCFullYear() === y && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
        expect(isCalendarDate(y, month, day)).toBe(isReal);
      }),
    );
  });

  it.each([
    [1900, false],
    [2000, true],
    [2023, false],
    [2024, true],
  ])('gives February %i a 29th: %s', (year, isLeap) => {
    expect(isCalendarDate(year, 2, 29)).toBe(isLeap);
  });

  it('is false where a part is missing', () => {
    expect(isCalendarDate(-1, 1, 1)).toBe(false);
    expect(isCalendarDate(Number.NaN, 1, 1)).toBe(false);
    expect(isCalendarDate(2000, Number.NaN, 1)).toBe(false);
    expect(isCalendarDate(2000, 1, Number.NaN)).toBe(false);
  });
});

describe('isShortDate()', () => {
  it('allows the leap day of 00, which 2000 had', () => {
    expect(isShortDate(0, 2, 29)).toBe(true);
    expect(isShortDate(1, 2, 29)).toBe(false);
    expect(isShortDate(-1, 2, 1)).toBe(false);
  });
});

describe('isYymmdd() and isDdmmyy()', () => {
  it('read the same date in either order', () => {
    expect(isYymmdd(ascii('X991231'), 1)).toBe(true);
    expect(isDdmmyy(ascii('X311299'), 1)).toBe(true);
  });

  it.each(['991331', '990230', '99123', '9912A1'])('isYymmdd() refuses %s', (text) => {
    expect(isYymmdd(ascii(text), 0)).toBe(false);
  });

  it.each(['311399', '300299', '31129', '3A1299'])('isDdmmyy() refuses %s', (text) => {
    expect(isDdmmyy(ascii(text), 0)).toBe(false);
  });
});
