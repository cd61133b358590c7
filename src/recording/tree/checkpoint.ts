import { openNote, type NoteSigner, type NoteVerifier } from './signed-note.ts';
import type { MerkleTree } from './merkle-tree.ts';

/**
 * What a signed statement about a chain says: that it had so many leaves, and which. Kept elsewhere, it shows that the end of
 * a chain is missing, which the chain itself cannot.
 */
export interface Checkpoint {
  readonly writer: string;
  /** Leaves of the tree: the heads and blocks of all segments so far. */
  readonly size: number;
  readonly root: Buffer;
  /** Records in the chain so far. */
  readonly records: number;
  /** RFC 3339. */
  readonly time: string;
}

const ORIGIN = 'cordon/record/';
const COUNT = /^(?:0|[1-9]\d{0,15})$/;
const ROOT_BYTES = 32;

/**
 * A checkpoint as others read it too: origin, size, root, then lines of our own.
 * @source C2SP tlog-checkpoint
 */
export function signCheckpoint(
  signer: NoteSigner,
  { writer, tree, records, time }: { writer: string; tree: MerkleTree; records: number; time: string },
): string {
  const root = Buffer.from(tree.root()).toString('base64');
  return signer.sign(`${ORIGIN}${writer}\n${tree.size}\n${root}\nrecords ${records}\ntime ${time}\n`);
}

/**
 * Reads a checkpoint and who signed it.
 * @param verifiers those of whom one has to have signed it; where there are none, anybody may
 * @returns a sentence where it is none
 */
export function readCheckpoint(note: string, verifiers: readonly NoteVerifier[]): Checkpoint | string {
  const signed = openNote(note, verifiers, 'checkpoint');
  if (typeof signed === 'string') return signed;
  return parseText(signed.text) ?? 'Found a note that is no checkpoint of a record';
}

function parseText(text: string): Checkpoint | undefined {
  const [origin, size, root, ...more] = text.split('\n');
  const records = more.find((line) => line.startsWith('records '))?.slice('records '.length);
  const time = more.find((line) => line.startsWith('time '))?.slice('time '.length);
  const bytes = Buffer.from(root ?? '', 'base64');
  if (origin === undefined || !origin.startsWith(ORIGIN) || bytes.length !== ROOT_BYTES || time === undefined) return undefined;
  if (!COUNT.test(size ?? '') || !COUNT.test(records ?? '')) return undefined;
  return { writer: origin.slice(ORIGIN.length), size: Number(size), root: bytes, records: Number(records), time };
}
