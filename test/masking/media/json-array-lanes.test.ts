import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonArrayLanesFilter } from '../../../src/masking/media/json-array-lanes.ts';
import { UnreadableContent } from '../../../src/masking/unreadable.ts';
import { DigitRuns, Untouched, bytesOf, cuts, everyByte, filtered, sameForEveryCut, textOf } from './trivial-filters.ts';

const digits = (maxElement?: number): JsonArrayLanesFilter =>
  new JsonArrayLanesFilter({
    lane: () => new DigitRuns(),
    text: () => new DigitRuns(),
    ...(maxElement !== undefined && { maxElement }),
  });
const run = (text: string): string => textOf(filtered(digits(), bytesOf(text)));

const answer = (text: string, more: object = {}): object => ({ candidates: [{ content: { parts: [{ text }] }, ...more }] });

describe('JsonArrayLanesFilter', () => {
  it('joins the pieces of a text over the answers of Gemini (BODY-07)', () => {
    const text = JSON.stringify([answer('n 55'), answer('555'), answer(' é', { finishReason: 'STOP' })], undefined, 2);
    expect(JSON.parse(run(text))).toEqual([answer('n '), answer(''), answer('# é', { finishReason: 'STOP' })]);
    expect(sameForEveryCut(digits, bytesOf(text))).toBe(true);
  });

  it('adds an element where a text is held until another follows, and before the end of the array', () => {
    const call = { candidates: [{ content: { parts: [{ functionCall: { name: 'f', args: { n: '66666' } } }] } }] };
    const text = `[${JSON.stringify(answer('55555'))}\n,\r\n${JSON.stringify(call)},${JSON.stringify(answer('7'))}\n]\n`;
    const output = run(text);
    expect(JSON.parse(output)).toEqual([
      answer(''),
      answer('#'),
      JSON.parse(JSON.stringify(call).replace('66666', '#')),
      answer(''),
      answer('7'),
    ]);
    expect(output).toContain('\n,\r\n{');
    expect(output.endsWith('}\n]\n')).toBe(true);
  });

  it('reads one object as a whole, and what is no object as text', () => {
    expect(run(JSON.stringify(answer('n 55555')))).toBe(JSON.stringify(answer('n #')));
    expect(run('[1, "55555}{", ["a"], {"b": "]55555"}] 66666')).toBe('[1, "#}{", ["a"], {"b": "]#"}] #');
  });

  it('copies every byte where nothing changes, and gives the same output for every way of cutting', () => {
    const text = fc.array(
      fc.constantFrom(
        JSON.stringify(answer('1')),
        JSON.stringify(answer('55"\\')),
        '[',
        ']',
        ',',
        '{',
        '}',
        '"',
        '\\',
        ' ',
        '12345',
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(text, cuts(), (parts, at) => {
        const input = bytesOf(parts.join(''));
        const same = new JsonArrayLanesFilter({ lane: () => new Untouched(), text: () => new Untouched() });
        expect(textOf(filtered(same, input, at))).toBe(parts.join(''));
        expect(sameForEveryCut(digits, input, at)).toBe(true);
        expect(textOf(filtered(digits(), input, everyByte(input)))).not.toMatch(/\d{4}/);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses elements that are too long', () => {
    expect(() => filtered(digits(100), bytesOf(`[${JSON.stringify(answer('x'.repeat(100)))}]`))).toThrow(UnreadableContent);
  });
});
