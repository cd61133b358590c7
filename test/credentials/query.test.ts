import { describe, expect, it } from 'vitest';
import { queryValues, withQueryValue } from '../../src/credentials/query.ts';

describe('queryValues()', () => {
  it.each([
    ['/x', []],
    ['/x?', []],
    ['/x?key', ['']],
    ['/x?key=1&key=2', ['1', '2']],
    ['/x?%6Bey=a%20b+c', ['a b c']],
    ['/x?keys=1&ke=2', []],
    ['/x?key=%zz', ['%zz']],
    ['/x?a=key=1', []],
  ])('of %s', (target, values) => {
    expect(queryValues(target, 'key')).toEqual(values);
  });
});

describe('withQueryValue()', () => {
  it.each([
    ['/x', '/x?key=a%26b'],
    ['/x?', '/x?key=a%26b'],
    ['/x?key=1&b=%2b&%6bey=2', '/x?b=%2b&key=a%26b'],
    ['/x?a=1&&b', '/x?a=1&b&key=a%26b'],
    ['/x?a=?key=1', '/x?a=?key=1&key=a%26b'],
  ])('in %s', (target, left) => {
    expect(withQueryValue(target, 'key', 'a&b')).toBe(left);
  });

  it('leaves exactly one value, whatever there was', () => {
    for (const target of ['/?key=1', '/?KEY=1&key', '/?key=1&key=2&key=%00', '/?&&key&'])
      expect(queryValues(withQueryValue(target, 'key', 's?&=#'), 'key')).toEqual(['s?&=#']);
  });
});
