import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findNonlinear } from '../../../src/masking/own/entity-pattern.ts';
import { threadTime } from '../../support/thread-time.ts';

describe('findNonlinear()', () => {
  it.each([
    'EMP-\\d{6}',
    '[A-Z]{2}\\d{2}(?: ?[0-9]{4}){3}',
    '(?:EMP|EXT)-\\d+',
    '[\\w.+-]+@[a-z]+',
    '\\b(?<id>K-[0-9a-f]{8})\\b',
    '(?:\\d{4}-){3}\\d{4}',
    'a+b+c?d',
    'x[^y]*y',
    '\\u00e4-\\d{1,3}',
  ])('accepts %s', (pattern) => {
    expect(findNonlinear(pattern)).toBeUndefined();
  });

  it.each([
    ['(a+)+b', 'a repetition that is followed by what it repeats'],
    ['(a*)*b', 'a repetition of what may be empty'],
    ['(?:a|a)+b', 'alternatives that begin alike'],
    ['(?:a|ab)+c', 'alternatives that begin alike'],
    ['\\d+\\d+x', 'a repetition that is followed by what it repeats'],
    ['a?a?a?aaa', 'a repetition that is followed by what it repeats'],
    ['.*x', 'a repetition that is followed by what it repeats'],
    ['(a)\\1', 'a backreference'],
    ['(?<n>a)\\k<n>', 'a backreference'],
    ['(?=a)a', 'a look-around'],
    ['(?<!a)b', 'a look-around'],
    ['(?i:a)', 'a flag group'],
    ['(', 'a syntax error'],
    ['a{2,1}', 'a syntax error'],
    ['a*', 'a pattern that matches the empty text'],
    ['', 'a pattern that matches the empty text'],
    ['((a{100}){100}){100}', 'repetitions that add up to more than 4096 characters'],
    ['((a{1,9}b){1,9}){1,9}', 'a repetition that is followed by what it repeats'],
  ])('refuses %s', (pattern, found) => {
    expect(findNonlinear(pattern)).toBe(found);
  });

  it('accepts only patterns that the engine settles quickly on hostile text', () => {
    const atom = fc.constantFrom('a', 'b', 'c', '[ab]', '\\d', '-', '(?:ab|ac)', '(?:a?b)', '(?:c+d)');
    const part = fc.tuple(atom, fc.constantFrom('', '+', '*', '?', '{2}', '{1,3}')).map((pair) => pair.join(''));
    const group = fc.tuple(fc.array(part, { minLength: 1, maxLength: 4 }), fc.constantFrom('', '+', '*', '{2,}'));
    const pattern = fc.array(group, { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(pattern, (groups) => {
        const text = groups.map(([parts, quantifier]) => `(?:${parts.join('')})${quantifier}`).join('');
        if (findNonlinear(text) !== undefined) return;
        const regexp = new RegExp(`^(?:${text})$`, 'u');
        const started = threadTime();
        for (const word of ['a', 'ab', 'b', 'ccd', 'abac', 'a1-', 'ab1c-']) regexp.test(`${word.repeat(500)}!`);
        expect(threadTime() - started).toBeLessThan(200);
      }),
      { numRuns: 2000 },
    );
  });
});
