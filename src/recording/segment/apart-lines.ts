import type { Bytes } from '../../core/units.ts';

/**
 * Whole lines, each with its newline, with the content in them that is sealed already beside them. In its line it stands in
 * base64, which takes a third more room until somebody compresses it, and that for nothing: what is sealed has no pattern.
 */
export interface ApartLines {
  /** {@link STANDS_APART} is in the place of each piece: no line has such a byte by itself, all are printable ASCII. */
  readonly lines: Buffer;
  /** In the order of their places, each behind its length (four bytes). */
  readonly pieces: Buffer;
  /** Of the lines with everything in its place. */
  readonly plainLength: Bytes;
}

export const STANDS_APART = 0x00;
export const PIECE_HEAD_BYTES: Bytes = 4;

/** The lines with every piece in its place; undefined where there are more places or pieces than the other, or not as long. */
export function joinedLines({ lines, pieces, plainLength }: ApartLines): Buffer | undefined {
  const joined = Buffer.allocUnsafe(plainLength);
  let from = 0;
  let at = 0;
  let taken = 0;
  for (let mark = lines.indexOf(STANDS_APART); mark >= 0; mark = lines.indexOf(STANDS_APART, from)) {
    const piece = pieceAt(pieces, taken);
    if (piece === undefined) return undefined;
    const text = piece.toString('base64');
    if (at + mark - from + text.length > plainLength) return undefined;
    at += lines.copy(joined, at, from, mark);
    at += joined.write(text, at, 'latin1');
    taken += PIECE_HEAD_BYTES + piece.length;
    from = mark + 1;
  }
  if (taken !== pieces.length || at + lines.length - from !== plainLength) return undefined;
  lines.copy(joined, at, from);
  return joined;
}

function pieceAt(pieces: Buffer, at: Bytes): Buffer | undefined {
  const from = at + PIECE_HEAD_BYTES;
  if (from > pieces.length) return undefined;
  const end = from + pieces.readUInt32BE(at);
  return end > pieces.length ? undefined : pieces.subarray(from, end);
}
