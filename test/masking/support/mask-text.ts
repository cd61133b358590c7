import { ENTITIES } from '../../../src/masking/catalogue.ts';
import { Findings } from '../../../src/masking/finding.ts';
import { Masker, type Masking } from '../../../src/masking/masker.ts';
import { compileDetection, type Detection } from '../../../src/masking/scanning/detection.ts';
import { createReplacer } from '../../../src/masking/strategies/replacer.ts';
import { partsOf, type TextFilter } from '../../../src/masking/text-filter.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Everything that is known, compiled once. */
export const ALL: Detection = compileDetection([...ENTITIES.values()]);

/** Redacts whatever the detection finds. */
function redacting(detection: Detection = ALL): Masking {
  const plan = new Map(detection.entities.map(({ id }) => [id, 'redact' as const]));
  const replacer = createReplacer(plan, { hash: () => new Uint8Array(32) });
  return { detection, replacer, findings: new Findings() };
}

/** A masker of everything that is known. */
export function openMasking(): Masker {
  return new Masker(redacting());
}

export interface Masked {
  readonly text: string;
  /** Entity and count. */
  readonly found: Readonly<Record<string, number>>;
}

/** Masks a text, cut where it is said: each number is where a new piece begins, in bytes. */
export function mask(
  text: string | Uint8Array,
  { detection = ALL, cuts = [] }: { detection?: Detection; cuts?: readonly number[] } = {},
): Masked {
  const masking = redacting(detection);
  const bytes = typeof text === 'string' ? encoder.encode(text) : text;
  return { text: decoder.decode(filter(new Masker(masking), bytes, cuts)), found: Object.fromEntries(masking.findings.counts) };
}

/** The same texts as {@link mask} gives, masked at the same time: a piece of each in turn. */
export function maskInTurns(texts: readonly string[], pieceLength: number): readonly string[] {
  const all = texts.map((text) => ({ masker: new Masker(redacting()), bytes: encoder.encode(text), sent: [] as Uint8Array[] }));
  const longest = Math.max(...all.map(({ bytes }) => bytes.length));
  for (let at = 0; at < longest; at += pieceLength) {
    for (const { masker, bytes, sent } of all) {
      const piece = bytes.slice(at, at + pieceLength);
      const made = masker.push(piece);
      // The piece is its sender's again, with what is a view of it.
      sent.push(made.buffer === piece.buffer ? made.slice() : made);
      piece.fill(0x2e);
    }
  }
  return all.map(({ masker, sent }) => decoder.decode(Buffer.concat([...sent, masker.finish()])));
}

/** All that a filter gives for a text that comes in pieces. */
export function filter(textFilter: TextFilter, bytes: Uint8Array, cuts: readonly number[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    pieces.push(...partsOf(textFilter, bytes.subarray(from, cut)));
    from = cut;
  }
  pieces.push(textFilter.finish());
  return Buffer.concat(pieces);
}

/** A specimen without its marks, and the value that stands between them. */
export function readSpecimen(specimen: string): { readonly text: string; readonly value: string; readonly start: number } {
  const start = specimen.indexOf('«');
  const end = specimen.indexOf('»');
  return { text: specimen.replaceAll(/[«»]/g, ''), value: specimen.slice(start + 1, end), start };
}
