import { hash } from 'node:crypto';
import { HASH_BYTES } from '../tree/merkle-tree.ts';
import { isSignedBy, type NoteSigner, type NoteVerifier, parseSignedNote } from '../tree/signed-note.ts';

/** What stays of a segment that was removed: the leaves of its head and blocks, so that the tree over the rest can be made. */
export interface RemovedSegment {
  readonly writer: string;
  readonly segment: number;
  /** RFC 3339. */
  readonly removed: string;
  readonly reason: string;
  /** Hashes of its head and its blocks; none of a segment of the first version, which had none. */
  readonly leaves: readonly Uint8Array[];
}

const MAGIC = 'cordon-removed 2';
const ORIGIN = 'cordon/removed/';
const FIRST_LINE = /^cordon-removed 2 ([1-9]\d{0,5})$/;
const LONGEST_FIRST_LINE = 32;

/**
 * A line with the length of the note behind it, the note, and the hashes that it vouches for. It is signed with the key of the
 * checkpoints: without, anybody with write access could pass a segment off as one whose time was over.
 * @source C2SP signed-note
 */
export function encodeRemoved({ writer, segment, removed, reason, leaves }: RemovedSegment, signer: NoteSigner): Buffer {
  const hashes = Buffer.concat(leaves);
  const about = JSON.stringify({ segment, removed, reason, leaves: leaves.length, digest: digestOf(hashes) });
  const note = Buffer.from(signer.sign(`${ORIGIN}${writer}\n${about}\n`));
  return Buffer.concat([Buffer.from(`${MAGIC} ${note.length}\n`), note, hashes]);
}

/**
 * @param verifiers those of whom one has to have signed it; where there are none, nobody can tell
 * @returns a sentence where it is none
 */
export function parseRemoved(bytes: Buffer, verifiers: readonly NoteVerifier[]): RemovedSegment | string {
  const end = bytes.subarray(0, LONGEST_FIRST_LINE).indexOf('\n');
  const length = end < 0 ? undefined : FIRST_LINE.exec(bytes.toString('latin1', 0, end))?.[1];
  if (length === undefined) return 'Found something else than what stays of a removed segment';
  const from = end + 1 + Number(length);
  const note = parseSignedNote(bytes.toString('utf8', end + 1, from));
  const about = note === undefined ? undefined : parseText(note.text);
  if (note === undefined || about === undefined) return 'Found a removed segment of which nothing can be read';
  if (verifiers.length > 0 && !verifiers.some((verifier) => isSignedBy(note, verifier)))
    return 'Found a segment that is marked as removed by somebody who does not have the key';
  const hashes = bytes.subarray(from);
  if (hashes.length !== about.leaves * HASH_BYTES) {
    return `Found ${hashes.length} bytes of hashes, expected ${about.leaves} of ${HASH_BYTES} each`;
  }
  if (digestOf(hashes) !== about.digest) return 'Found other hashes than those that were signed when the segment was removed';
  const leaves = Array.from({ length: about.leaves }, (_, i) => hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
  const { writer, segment, removed, reason } = about;
  return { writer, segment, removed, reason, leaves };
}

function digestOf(hashes: Uint8Array): string {
  return hash('sha256', hashes, 'base64');
}

type About = Omit<RemovedSegment, 'leaves'> & { readonly leaves: number; readonly digest: string };

function parseText(text: string): About | undefined {
  const [origin = '', json = ''] = text.split('\n');
  if (!origin.startsWith(ORIGIN)) return undefined;
  try {
    const { segment, leaves, removed, reason, digest } = JSON.parse(json) as { readonly [name in keyof About]?: unknown };
    if (!Number.isSafeInteger(segment) || !Number.isSafeInteger(leaves)) return undefined;
    if (typeof removed !== 'string' || typeof reason !== 'string' || typeof digest !== 'string') return undefined;
    const writer = origin.slice(ORIGIN.length);
    return { writer, segment: segment as number, removed, reason, leaves: leaves as number, digest };
  } catch {
    return undefined;
  }
}
