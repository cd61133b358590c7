import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fieldValue,
  fieldValues,
  isFieldValue,
  isToken,
  listMembers,
  toFieldLines,
  withoutFields,
} from '../../../src/wire/http/fields.ts';

const FIELDS = toFieldLines(['Host', 'a.example', 'X-A', '1', 'x-a', '2', 'X-AB', '3', 'X-a', '']);

describe('fields', () => {
  it('toFieldLines() keeps order, case and repetition', () => {
    expect(toFieldLines(['B', '1', 'a', '2', 'B', '3'])).toEqual([
      ['B', '1'],
      ['a', '2'],
      ['B', '3'],
    ]);
    expect(toFieldLines([])).toEqual([]);
  });

  it('fieldValues() finds every line whatever the case of its name', () => {
    expect(fieldValues(FIELDS, 'x-a')).toEqual(['1', '2', '']);
    expect(fieldValues(FIELDS, 'x-')).toEqual([]);
  });

  it('fieldValue() combines lines, so that a repeated singleton is no valid value', () => {
    expect(fieldValue(FIELDS, 'host')).toBe('a.example');
    expect(fieldValue(FIELDS, 'x-a')).toBe('1, 2, ');
    expect(fieldValue(FIELDS, 'authorization')).toBeUndefined();
  });

  it('withoutFields() takes every line of the names away', () => {
    expect(withoutFields(FIELDS, new Set(['x-a', 'host']))).toEqual([['X-AB', '3']]);
  });

  it('listMembers() reads a list as RFC 9110 §5.6.1 allows it to be written', () => {
    expect(listMembers(' Close ,, \tX-Secret,')).toEqual(['close', 'x-secret']);
  });

  it('isToken() is true for tokens alone', () => {
    for (const text of ['GET', 'x-a', "!#$%&'*+-.^_`|~0aZ"]) expect(isToken(text), text).toBe(true);
    for (const text of ['', 'a b', 'a:', 'a\r', 'ü', '(', 'a,b', '"a"', 'a\0']) expect(isToken(text), text).toBe(false);
  });

  it('isFieldValue() refuses every control but tab, and white space at the ends (H1-18)', () => {
    for (const text of ['', 'a', 'a b', 'a\tb', '\u00ff', '"x", y']) expect(isFieldValue(text), text).toBe(true);
    for (const text of [' a', 'a ', '\ta', 'a\r\nb', 'a\nb', 'a\0b', 'a\u007f', 'ā', '\u2028']) {
      expect(isFieldValue(text), JSON.stringify(text)).toBe(false);
    }
  });

  it('isFieldValue() never lets a line end through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('\r', '\n', '\0'), fc.string(), (a, end, b) => {
        expect(isFieldValue(a + end + b)).toBe(false);
      }),
    );
  });
});
