import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strictJson } from '../../../src/wire/json/strict-json.ts';

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('strictJson()', () => {
  it('reads every JSON text without repeated members as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 2), (value, space) => {
        const text = JSON.stringify(value, undefined, space);
        expect(strictJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"b":{},"a":2}',
    '{"a":1,"\\u0061":2}',
    '{ "a" : [ ] , "a" : [ ] }',
    '[{"x":{"a":"}","a":1}}]',
    '{"":1,"":2}',
    '{"__proto__":1,"__proto__":2}',
    '{"a\\"":1,"a\\u0022":2}',
    '{"\ud800":1,"\\ud800":2}',
  ])('refuses the same member twice: %s', (text) => {
    expect(strictJson(text)).toEqual({ ok: false, failure: 'the same member twice' });
  });

  it.each([
    '{"a":"a","b":"a"}',
    '[{"a":1},{"a":2}]',
    '{"a":{"a":{"a":1}}}',
    '["a","a"]',
    '{"a":["b","b"],"b":1}',
    '{"a":",\\"a\\":"}',
    '{"a":1,"A":2}',
  ])('takes names that differ, and values that do not: %s', (text) => {
    expect(strictJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });

  it.each(['', '{', '"', '"\\', '{"a":1,}', "{'a':1}", '{"a":01}', 'NaN', '\ufeff{}', '{"a":1} {"b":2}', '[}', '{"\\x":1}'])(
    'refuses what is no JSON: %j',
    (text) => {
      expect(strictJson(text)).toEqual({ ok: false, failure: 'text that is not JSON' });
    },
  );

  it('bounds the nesting', () => {
    expect(strictJson(nested(64)).ok).toBe(true);
    expect(strictJson(nested(65))).toEqual({
      ok: false,
      failure: 'more than 64 objects and arrays inside one another',
    });
    expect(strictJson('['.repeat(5_000_000)).ok).toBe(false);
  });

  it('finds a repeated member wherever it is inserted', () => {
    const name = fc.string({ maxLength: 5 });
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 6 }), fc.nat(), fc.nat(), (names, from, to) => {
        const members = names.map((each) => `${JSON.stringify(each)}:{"x":[1,"y"]}`);
        const again = members[from % members.length] ?? '';
        const text = `{${members.toSpliced(to % (members.length + 1), 0, again).join(',')}}`;
        expect(strictJson(text)).toEqual({ ok: false, failure: 'the same member twice' });
      }),
    );
  });
});
