import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENTITIES } from '../../src/masking/catalogue.ts';
import { mask, maskInTurns, openMasking, readSpecimen } from './support/mask-text.ts';

const encoder = new TextEncoder();
const SPECIMENS = [...ENTITIES.values()].flatMap(({ id, specimens }) =>
  specimens.map((specimen) => ({ id, ...readSpecimen(specimen) })),
);
const COUNTER_EXAMPLES = [...ENTITIES.values()].flatMap(({ counterExamples }) => counterExamples);

const EVERY = 11;

/** Every way in which a value can stand in a text that something else is in, too. */
const SURROUNDINGS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `x ${text} y`,
  (text) => `{"role":"user","content":${JSON.stringify(`before\n${text}\nafter`)}}`,
  (text) => JSON.stringify({ arguments: JSON.stringify({ note: `\t${text}\n`, n: 1 }) }),
];

describe('Masker', () => {
  it('leaves nothing of a value, whatever stands around it and wherever it begins', () => {
    for (const { id, text, value } of SPECIMENS) {
      if (/^\{|^\[|"/.test(text)) continue;
      for (const surround of SURROUNDINGS) {
        for (const shift of ['', ',']) {
          const whole = shift + surround(text);
          const { text: masked } = mask(whole);
          if (masked.includes(value)) expect.soft(masked, `${id} in ${whole}`).not.toContain(value);
        }
      }
    }
  });

  it('gives the same wherever a text is cut in two', () => {
    for (const [index, { text }] of SPECIMENS.entries()) {
      const whole = SURROUNDINGS[1 + (index % 2)]!(text);
      const expected = mask(whole).text;
      const { length } = encoder.encode(whole);
      // Every place of every specimen is tried in the long run; here each has its share of them.
      for (let cut = 1 + (index % EVERY); cut < length; cut += EVERY) {
        const masked = mask(whole, { cuts: [cut] }).text;
        if (masked !== expected) expect.soft(masked, `${whole} cut at ${cut}`).toBe(expected);
      }
    }
  });

  it('gives the same byte by byte', () => {
    for (const text of [...SPECIMENS.map((specimen) => SURROUNDINGS[3]!(specimen.text)), ...COUNTER_EXAMPLES]) {
      const cuts = Array.from({ length: encoder.encode(text).length - 1 }, (_, i) => i + 1);
      expect(mask(text, { cuts }).text).toBe(mask(text).text);
    }
  });

  it('gives the same for long texts of all kinds of values, however they are cut', () => {
    const piece = fc.oneof(
      fc.constantFrom(...SPECIMENS.map(({ text }) => text)),
      fc.constantFrom(...COUNTER_EXAMPLES),
      fc.constantFrom(
        ' ',
        '\n',
        '\\n',
        ', ',
        '": "',
        '","',
        '\\"',
        '=',
        '-',
        '4111 ',
        '4111',
        '1.1.',
        'a@',
        'sk-',
        'DE12 3456 ',
        '\\u00',
        '%4',
        '(',
        'eyJ',
        '0x',
        '-----BEGIN ',
        'é',
        '卡',
        '\u200b',
      ),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(4000), { maxLength: 12 }), (pieces, places) => {
        const text = pieces.join('');
        const { length } = encoder.encode(text);
        const cuts = [...new Set(places.filter((place) => place < length))].sort((a, b) => a - b);
        expect(mask(text, { cuts }).text).toBe(mask(text).text);
      }),
      { numRuns: 400 },
    );
  });

  it('gives the same for runs longer than it looks at together', () => {
    const unit = fc.constantFrom(
      '4111 ',
      '4111111111111111-',
      '4111 1111 1111 1111 ',
      'a',
      'abcdefghij',
      '12',
      '1.2.',
      'x@',
      '89 37',
      'A1 ',
      '=',
      'eyJ',
      '5500',
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(unit, fc.integer({ min: 1, max: 300 })), { maxLength: 6 }),
        fc.array(fc.nat(6000), { maxLength: 5 }),
        (runs, places) => {
          const text = runs.map(([text, count]) => text.repeat(count)).join('');
          const cuts = [...new Set(places.filter((place) => place < text.length))].sort((a, b) => a - b);
          expect(mask(text, { cuts }).text).toBe(mask(text).text);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gives the same for texts that are masked at the same time, whatever the length of their pieces', () => {
    const texts = [0, 1, 2].map((offset) => {
      const some = SPECIMENS.filter((_, index) => index % 3 === offset).map(({ text }) => `${text}\n`);
      return some.join('').repeat(3);
    });
    const expected = texts.map((text) => mask(text).text);
    for (const length of [7, 500, 65_536, 200_000]) expect(maskInTurns(texts, length)).toEqual(expected);
    expect(new Set(expected).size).toBe(3);
  });

  it('hands over what it did not change as views of the piece it came in', () => {
    const piece = encoder.encode(`${'a quiet word '.repeat(900)}4111111111111111${' and another one'.repeat(900)} `);
    const parts = openMasking().pushParts(piece);
    expect(parts.map(({ buffer }) => buffer === piece.buffer)).toEqual([true, false, true]);
    expect(Buffer.concat(parts).includes('4111')).toBe(false);
  });

  it('finds nothing in what it has written', () => {
    for (const { text } of SPECIMENS) {
      const once = mask(text).text;
      expect(mask(once).text).toBe(once);
    }
  });

  it('leaves bytes that are no text as they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const noise = bytes.map((byte) => (byte >= 0x30 && byte <= 0x39 ? 0x80 : byte));
        const { text } = mask(noise);
        if (Object.keys(mask(noise).found).length === 0) expect(text).toBe(new TextDecoder().decode(noise));
      }),
    );
  });
});
