import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plantedDocuments } from '../../../scripts/masking/documents.ts';
import { ENTITIES } from '../../../src/masking/catalogue.ts';
import { compileDetection } from '../../../src/masking/scanning/detection.ts';
import { bothWays, misleadingText, SPECIMENS } from '../support/places-oracle.ts';

const encoder = new TextEncoder();
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

  it('knows a short word before a value by whatever ends it', () => {
    for (const sign of '!"#$%&()*+,./:;<=>?@[\\]^_`{|}~ -') {
      const [quick, thorough] = bothWays(encoder.encode(`x ik${sign}36805280109\n`));
      expect.soft(quick, sign).toEqual(thorough);
    }
  });

  it('takes no number for one that goes on from the last word of a seed phrase', () => {
    const phrase = `${'abandon '.repeat(11)}about`;
    const [quick, thorough] = bothWays(encoder.encode(`Seed ${phrase}756 9217 0769 85\n`));
    expect(quick).toEqual([`seed-phrase ${phrase}`]);
    expect(thorough).toEqual(quick);
  });

  it('passes over no value of the corpus', () => {
    for (const { bytes } of plantedDocuments([...ENTITIES.values()], { seed: 5, perEntity: 2 })) {
      const [quick, thorough] = bothWays(bytes);
      expect(quick).toEqual(thorough);
    }
  });

  it('passes over nothing in texts put together at random, escaped or not', () => {
    fc.assert(
      fc.property(misleadingText, (text) => {
        const [quick, thorough] = bothWays(encoder.encode(text));
        expect(quick).toEqual(thorough);
      }),
      { numRuns: 1500 },
    );
  });

  it('knows of every form how its values are told from other text', () => {
    for (const entity of ENTITIES.values()) expect(() => compileDetection([entity]), entity.id).not.toThrow();
  });
});
