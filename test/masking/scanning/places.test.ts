import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plantedDocuments } from '../../../scripts/masking/documents.ts';
import { findAll } from '../../../scripts/masking/findings.ts';
import { ENTITIES } from '../../../src/masking/catalogue.ts';
import { compileDetection, type Detection } from '../../../src/masking/scanning/detection.ts';
import type { Places } from '../../../src/masking/scanning/places/place-finder.ts';
import { ALL, readSpecimen } from '../support/mask-text.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Marks every byte: nothing is passed over. */
const EVERYWHERE: Places = {
  over: () => undefined,
  next: (at) => at,
  covers: () => false,
  within: (from) => from,
  nextWord: () => undefined,
};
/** The same entities, looked for in every run of every text. */
const EXHAUSTIVE: Detection = { ...ALL, places: EVERYWHERE };

/** What is found in a text where only marked places are looked at, and where all are. */
function bothWays(bytes: Uint8Array): readonly [quick: readonly string[], thorough: readonly string[]] {
  const told = (detection: Detection): readonly string[] =>
    findAll(detection, bytes).map(({ entity, start, end }) => `${entity} ${decoder.decode(bytes.subarray(start, end))}`);
  return [told(ALL), told(EXHAUSTIVE)];
}

const SPECIMENS = [...ENTITIES.values()].flatMap(({ specimens }) => specimens.map((specimen) => readSpecimen(specimen)));
/** Bytes of 64 are marked together: a value may stand anywhere in them, and across two of them. */
const BLOCK = 64;

describe('PlaceFinder', () => {
  it('passes over no value, wherever in a block it stands', () => {
    for (const [i, { text }] of SPECIMENS.entries()) {
      // Every shift is tried for some specimens of each kind.
      for (const shift of [i % BLOCK, (i * 7 + 31) % BLOCK, BLOCK - 1 - (i % 16)]) {
        const [quick, thorough] = bothWays(encoder.encode(`${'x '.repeat(BLOCK).slice(-shift - 1)}\n${text}`));
        expect.soft(quick, `${text} after ${shift} bytes`).toEqual(thorough);
      }
    }
  });

  it('passes over no value of the corpus', () => {
    for (const { bytes } of plantedDocuments([...ENTITIES.values()], { seed: 5, perEntity: 2 })) {
      const [quick, thorough] = bothWays(bytes);
      expect(quick).toEqual(thorough);
    }
  });

  it('passes over nothing in texts put together at random, escaped or not', () => {
    const word = fc.constantFrom(...SPECIMENS.map(({ value }) => value));
    const noise = fc.constantFrom(
      '\n',
      ' ',
      '"',
      ',',
      '://',
      '%20',
      '\\u0020',
      '\\ude00',
      'ssn%20',
      'tckn\\u0022',
      'ssn ',
      'é',
      '’',
      '\u200b',
      '1',
      '12',
      '.',
      '-',
      'A',
      '(',
      '+',
      '=',
      ')',
      ' (',
      '%',
      'm',
      '[3m',
      'b[1m',
      '\\n',
      'tel ',
      'Seed ',
      '12.5',
      '1234567',
      '0123456789abcdef',
      '4a381593-9a37-427b-baf5-a7cc7e76da33',
      '2025-12-17T15:45:39.388Z',
    );
    const text = fc.array(fc.oneof(word, noise, noise), { maxLength: 12 }).map((parts) => parts.join(''));
    const escape = fc.constantFrom<(plain: string) => string>(
      (plain) => plain,
      (plain) => JSON.stringify(plain),
      (plain) => JSON.stringify(JSON.stringify(plain)),
      (plain) => encodeURIComponent(plain),
      (plain) =>
        plain.replaceAll(/[^ -~]|[02468@.:-]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
    );
    fc.assert(
      fc.property(text, escape, (plain, spell) => {
        const [quick, thorough] = bothWays(encoder.encode(spell(plain)));
        expect(quick).toEqual(thorough);
      }),
      { numRuns: 1500 },
    );
  });

  it('knows of every form how its values are told from other text', () => {
    for (const entity of ENTITIES.values()) expect(() => compileDetection([entity]), entity.id).not.toThrow();
  });
});
