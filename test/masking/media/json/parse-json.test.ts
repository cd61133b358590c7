import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeString, escapeString, unescapeString } from '../../../../src/masking/media/json/string-literal.ts';
import type { JsonValue } from '../../../../src/masking/media/json/json-value.ts';
import { parseJson } from '../../../../src/masking/media/json/parse-json.ts';
import { UnreadableContent } from '../../../../src/masking/unreadable.ts';
import { bytesOf, textOf } from '../trivial-filters.ts';

/** What a value says, through its spans alone. */
function meaning(bytes: Uint8Array, value: JsonValue): unknown {
  if (value.kind === 'array') return value.items.map((item) => meaning(bytes, item));
  if (value.kind === 'object') {
    return Object.fromEntries([...value.members].map(([name, child]) => [name, meaning(bytes, child)]));
  }
  return value.kind === 'string' ? decodeString(bytes, value) : JSON.parse(textOf(bytes.subarray(value.start, value.end)));
}

const space = fc.constantFrom('', ' ', '\t', '\n ', '\r\n');

describe('parseJson()', () => {
  it('reads what JSON.parse reads, where it stands', () => {
    fc.assert(
      fc.property(fc.json(), space, fc.constantFrom(undefined, 2), (json, around, indent) => {
        const text = `${around}${JSON.stringify(JSON.parse(json), undefined, indent)}${around}`;
        const bytes = bytesOf(text);
        const root = parseJson(bytes);
        expect(root && meaning(bytes, root)).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses what JSON.parse refuses, however a text is damaged', () => {
    const damage = fc.tuple(
      fc.nat(60),
      fc.constantFrom('', '"', '\\', ',', ':', '}', ']', '0', '-', '.', 'e', '\u0001', 'x', 'u'),
    );
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), fc.array(damage, { minLength: 1, maxLength: 3 }), (json, damages) => {
        let text = json;
        for (const [at, insertion] of damages) {
          const place = at % (text.length + 1);
          text = text.slice(0, place) + insertion + text.slice(insertion === '' ? place + 1 : place);
        }
        let expected: unknown;
        try {
          expected = { value: JSON.parse(text) as unknown };
        } catch {
          expected = undefined;
        }
        try {
          const bytes = bytesOf(text);
          const root = parseJson(bytes);
          expect(root && { value: meaning(bytes, root) }).toEqual(expected);
        } catch (error) {
          if (!(error instanceof UnreadableContent)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    '',
    ' ',
    '01',
    '1.',
    '.5',
    '+1',
    '-',
    '1e',
    'NaN',
    "'a'",
    '{a:1}',
    '[1,]',
    '{"a":1,}',
    '"a',
    '"\\x"',
    '"\\u12g4"',
    'tru',
    '1 2',
    '\u{feff}1',
  ])('finds no JSON in %j', (text) => {
    expect(parseJson(bytesOf(text))).toBeUndefined();
  });

  it.each(['{"a":1,"a":1}', String.raw`{"a":1,"\u0061":1}`, `${'['.repeat(66)}${']'.repeat(66)}`])('refuses %s', (text) => {
    expect(() => parseJson(bytesOf(text))).toThrow(UnreadableContent);
  });
});

describe('escapeString()', () => {
  const anyString = fc.string({
    unit: fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom('"', '\\', 'a', '🙂'),
    ),
  });

  it('writes a literal that says what another one says, lone surrogates included', () => {
    fc.assert(
      fc.property(anyString, fc.boolean(), (text, isAscii) => {
        const json = JSON.stringify(text);
        const source = bytesOf(
          isAscii ? json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) : json,
        );
        const decoded = unescapeString(source, { kind: 'string', start: 0, end: source.length });
        expect(JSON.parse(textOf(escapeString(decoded)))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});
