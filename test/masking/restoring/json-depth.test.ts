import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonDepth } from '../../../src/masking/restoring/json-depth.ts';

const MARK = 'TOKEN';

/** How deep the mark stands, the text being read in pieces of that many bytes. */
function depthAt(text: string, piece = Number.MAX_SAFE_INTEGER): number {
  const bytes = Buffer.from(text);
  const end = bytes.indexOf(MARK);
  const json = new JsonDepth();
  for (let from = 0; from < end; from += piece) json.advance(bytes, from, Math.min(end, from + piece));
  return json.depth;
}

/** JSON that holds the mark in so many strings. */
function nested(depth: number, before: string, indent: number): string {
  let text = JSON.stringify({ before, list: [1, before], mark: MARK }, undefined, indent);
  for (let i = 1; i < depth; i++) text = JSON.stringify([{ before, inner: text }], undefined, indent);
  return text;
}

describe('JsonDepth', () => {
  it.each([
    ['{"a":1}TOKEN', 0],
    ['{"a":"TOKEN', 1],
    ['{"a": "x", "b\\"": "TOKEN', 1],
    [String.raw`{"a":"{\"b\":\"TOKEN`, 2],
    [String.raw`{"a":"{\"b\":\"c\",TOKEN`, 1],
    [String.raw`{"a":"{\n  \"b\": \"TOKEN`, 2],
    [String.raw`{"a":"{\n\"TOKEN`, 2],
    [String.raw`{"a":"{\u0022b\u0022:\u0022TOKEN`, 2],
    [String.raw`{"a":"\"TOKEN`, 2],
    [String.raw`{"a":"ends with \\","b":"TOKEN`, 1],
    [String.raw`{"a":"she said \"hi\" to TOKEN`, 1],
    [String.raw`{"a":"a 5\" screen TOKEN`, 1],
    [String.raw`{"a":"{\"b\":\"[\\\"TOKEN`, 3],
    ['{"a":"broken\n{"a":"TOKEN', 1],
  ])('is as deep as the strings around: %s', (text, depth) => {
    expect(depthAt(text)).toBe(depth);
    expect(depthAt(text, 1)).toBe(depth);
  });

  it('takes a quote of prose after a comma for the beginning of a string, until that ends', () => {
    expect(depthAt(String.raw`{"a":"he said, \"TOKEN`)).toBe(2);
    expect(depthAt(String.raw`{"a":"he said, \"yes","b":"TOKEN`)).toBe(1);
  });

  it('knows every depth, whatever strings come before and however the text is cut', () => {
    // Prose that could be JSON is taken for it, so there is no comma or bracket in what comes before.
    const prose = fc.string({ unit: fc.constantFrom('a', ' ', '"', '\\', '\n', 'n', 'u', '0022', 'ü', '/', '\t', '.') });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        prose,
        fc.constantFrom(0, 2),
        fc.integer({ min: 1, max: 9 }),
        (depth, before, indent, piece) => {
          const text = nested(depth, `.${before}`, indent);
          expect(depthAt(text)).toBe(depth);
          expect(depthAt(text, piece)).toBe(depth);
        },
      ),
      { numRuns: 500 },
    );
  });
});
