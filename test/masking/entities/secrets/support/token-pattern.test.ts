import { describe, expect, it } from 'vitest';
import { boundedExpression, findIndeterminacy, parseTokenPattern } from './token-pattern.ts';

describe('parseTokenPattern()', () => {
  it.each([
    'a(b)',
    'a|b',
    'a+',
    'a*',
    'a.b',
    '[a-z',
    '[^a]',
    '[z-a]',
    '\\d',
    '\\',
    'a{2,1}',
    'a{0}',
    'a{1,}',
    '[a]{2049}',
    '^a',
    'a$',
  ])('refuses %s', (pattern) => {
    expect(() => parseTokenPattern(pattern)).toThrow(Error);
  });

  it('reads literals, classes and counts', () => {
    const steps = parseTokenPattern('\\$a[b-d_-]{2,3}-?');
    expect(steps.map(({ characters, min, max }) => [[...characters].join(''), min, max])).toEqual([
      ['$', 1, 1],
      ['a', 1, 1],
      ['bcd_-', 2, 3],
      ['-', 0, 1],
    ]);
  });
});

describe('findIndeterminacy()', () => {
  it.each(['[a-z]{2,5}x', '[a-z_-]{2,5}_[0-9]', '[0-9]{1,2}-?[0-9]', 'a?a'])(
    'finds that %s would have to go back',
    (pattern) => {
      expect(findIndeterminacy(parseTokenPattern(pattern))).toBeDefined();
    },
  );

  it.each(['[a-z]{5}x', '[a-z]{2,5}_[a-z]', '[0-9]{1,2}-?[a-z]', 'aa'])('finds none in %s', (pattern) => {
    expect(findIndeterminacy(parseTokenPattern(pattern))).toBeUndefined();
  });
});

describe('boundedExpression()', () => {
  it.each([
    ['key_ab12', true],
    ['"key_ab12".', true],
    ['_key_ab12', true],
    ['monkey_ab12', false],
    ['key_ab123', false],
    ['key_ab12Z', false],
    ['key_ab12_', false],
  ])('minds what stands round it: %s', (text, isFound) => {
    expect(boundedExpression('key_[a-z0-9_]{4}').test(text)).toBe(isFound);
  });
});
