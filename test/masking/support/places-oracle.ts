import * as fc from 'fast-check';
import { findAll } from '../../../scripts/masking/findings.ts';
import { concatenate } from '../../../src/masking/media/bytes/concatenate.ts';
import { ENTITIES } from '../../../src/masking/catalogue.ts';
import type { Detection } from '../../../src/masking/scanning/detection.ts';
import type { Places } from '../../../src/masking/scanning/places/place-finder.ts';
import { ALL, readSpecimen } from './mask-text.ts';

const decoder = new TextDecoder();

/** Marks every byte: nothing is passed over. */
const EVERYWHERE: Places = {
  join: (kept, bytes) => concatenate([kept, bytes]),
  over: () => undefined,
  next: (at) => at,
  covers: () => false,
  within: (from) => from,
  plainRun: () => undefined,
  readShapes: () => false,
  tokenWithin: (at) => at,
  runAt: () => undefined,
  nextWord: () => undefined,
  nextPhoneWord: () => undefined,
};
/** The same entities, looked for in every run of every text. */
const EXHAUSTIVE: Detection = { ...ALL, places: EVERYWHERE };

/** What is found in a text where only marked places are looked at, and where all are. */
export function bothWays(bytes: Uint8Array): readonly [quick: readonly string[], thorough: readonly string[]] {
  const told = (detection: Detection): readonly string[] =>
    findAll(detection, bytes).map(({ entity, start, end }) => `${entity} ${decoder.decode(bytes.subarray(start, end))}`);
  return [told(ALL), told(EXHAUSTIVE)];
}

export const SPECIMENS = [...ENTITIES.values()].flatMap(({ specimens }) => specimens.map((specimen) => readSpecimen(specimen)));
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
  '|',
  '~',
  '{',
  'ik',
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
const plainText = fc.array(fc.oneof(word, noise, noise), { maxLength: 12 }).map((parts) => parts.join(''));
const escape = fc.constantFrom<(plain: string) => string>(
  (plain) => plain,
  (plain) => JSON.stringify(plain),
  (plain) => JSON.stringify(JSON.stringify(plain)),
  (plain) => encodeURIComponent(plain),
  (plain) =>
    plain.replaceAll(/[^ -~]|[02468@.:-]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
);

/** Specimens between what misleads, put together at random, escaped or not. */
export const misleadingText: fc.Arbitrary<string> = fc.tuple(plainText, escape).map(([plain, spell]) => spell(plain));
