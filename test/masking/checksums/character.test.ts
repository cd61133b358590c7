import { describe, expect, it } from 'vitest';
import { base36At, digitAt, isOneOf, letterAt, numberAt } from '../../../src/masking/checksums/character.ts';
import { ascii } from './support/ascii.ts';

const TEXT = ascii('09AZ/:@[a');

describe('digitAt(), letterAt(), base36At()', () => {
  it('give the value of what they read and -1 for the rest, the end included', () => {
    const places = Array.from({ length: TEXT.length + 1 }, (_, place) => place);
    expect(places.map((place) => digitAt(TEXT, place))).toEqual([0, 9, -1, -1, -1, -1, -1, -1, -1, -1]);
    expect(places.map((place) => letterAt(TEXT, place))).toEqual([-1, -1, 0, 25, -1, -1, -1, -1, -1, -1]);
    expect(places.map((place) => base36At(TEXT, place))).toEqual([0, 9, 10, 35, -1, -1, -1, -1, -1, -1]);
  });
});

describe('numberAt()', () => {
  it('reads digits between two places', () => {
    expect(numberAt(ascii('X012345X'), 1, 7)).toBe(12_345);
    expect(numberAt(ascii('999999999999999'), 0, 15)).toBe(999_999_999_999_999);
  });

  it('is -1 where not all are digits', () => {
    expect(numberAt(ascii('1A'), 0, 2)).toBe(-1);
    expect(numberAt(ascii('1'), 0, 2)).toBe(-1);
  });
});

describe('isOneOf()', () => {
  it('tells whether the character is among those', () => {
    expect(isOneOf(TEXT, 2, 'BAC')).toBe(true);
    expect(isOneOf(TEXT, 3, 'BAC')).toBe(false);
    expect(isOneOf(TEXT, 20, 'BAC')).toBe(false);
    expect(isOneOf(TEXT, 2, '')).toBe(false);
  });
});
