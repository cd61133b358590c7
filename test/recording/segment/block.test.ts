import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinedLines, STANDS_APART, type ApartLines } from '../../../src/recording/segment/apart-lines.ts';
import { BlockOpener, BlockSealer, readBlockHead } from '../../../src/recording/segment/block.ts';

const SEGMENT = { dataKey: new Uint8Array(32).fill(3), headDigest: new Uint8Array(32).fill(4) };

/** Lines of printable ASCII with pieces in them, and what they are with everything in its place. */
const LINES = fc
  .array(
    fc.oneof(
      fc.stringMatching(/^[ -~\n]{1,40}$/).map((text) => ({ text })),
      fc.uint8Array({ minLength: 1, maxLength: 80 }).map((piece) => ({ piece })),
    ),
    { minLength: 1, maxLength: 10 },
  )
  .map((parts): ApartLines & { readonly whole: string } => {
    const whole = parts.map((part) => ('text' in part ? part.text : Buffer.from(part.piece).toString('base64'))).join('');
    const lines = parts.map((part) => ('text' in part ? part.text : String.fromCharCode(STANDS_APART))).join('');
    const pieces = parts.flatMap((part) => ('text' in part ? [] : [withLength(part.piece)]));
    return { lines: Buffer.from(lines), pieces: Buffer.concat(pieces), plainLength: whole.length, whole };
  });

function withLength(piece: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(piece.length);
  return Buffer.concat([length, piece]);
}

describe('BlockSealer', () => {
  it('seals lines that BlockOpener gives back whole, compressed or not, with or without pieces', () => {
    fc.assert(
      fc.property(LINES, fc.boolean(), fc.nat({ max: 9 }), ({ whole, ...lines }, compresses, index) => {
        const sealer = new BlockSealer(SEGMENT, new Uint8Array(8).fill(5));
        const block = sealer.seal(index, lines, { records: 1, compresses }).subarray(1);
        const head = readBlockHead(block, 0)!;
        expect(head).toMatchObject({ length: block.length, plainLength: whole.length, isApart: lines.pieces.length > 0 });
        const opener = new BlockOpener(SEGMENT);
        expect(opener.open(index, block, head)?.toString('latin1')).toBe(whole);
        expect(opener.open(index + 1, block, head)).toBeUndefined();
      }),
    );
  });
});

describe('joinedLines()', () => {
  it('takes nothing whose pieces do not fit their places', () => {
    fc.assert(
      fc.property(
        LINES.filter(({ pieces }) => pieces.length > 0),
        fc.nat(),
        ({ lines, pieces, plainLength }, cut) => {
          const shorter = pieces.subarray(0, cut % pieces.length);
          expect(joinedLines({ lines, pieces: shorter, plainLength })).toBeUndefined();
          expect(
            joinedLines({ lines, pieces: Buffer.concat([pieces, withLength(Buffer.of(1))]), plainLength }),
          ).toBeUndefined();
          for (const wrong of [plainLength - 1, plainLength + 1])
            expect(joinedLines({ lines, pieces, plainLength: wrong })).toBeUndefined();
        },
      ),
    );
  });
});

it('readBlockHead() takes nothing for a head that says neither that content stands apart nor that it does not', () => {
  const sealer = new BlockSealer(SEGMENT, new Uint8Array(8));
  const lines = { lines: Buffer.from('{}\n'), pieces: Buffer.alloc(0), plainLength: 3 };
  const block = sealer.seal(0, lines, { records: 1, compresses: false }).subarray(1);
  expect(readBlockHead(block, 0)).toBeDefined();
  block[11] = 2;
  expect(readBlockHead(block, 0)).toBeUndefined();
});
