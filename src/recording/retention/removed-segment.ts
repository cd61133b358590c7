import { HASH_BYTES } from '../tree/merkle-tree.ts';

/** What stays of a segment that was removed: the leaves of its head and blocks, so that the tree over the rest can be made. */
export interface RemovedSegment {
  readonly segment: number;
  /** RFC 3339. */
  readonly removed: string;
  readonly reason: string;
  /** Hashes of its head and its blocks; none of a segment of the first version, which had none. */
  readonly leaves: readonly Uint8Array[];
}

const MAGIC = 'cordon-removed 1\n';

export function encodeRemoved({ segment, removed, reason, leaves }: RemovedSegment): Buffer {
  const about = JSON.stringify({ segment, removed, reason, leaves: leaves.length });
  return Buffer.concat([Buffer.from(`${MAGIC}${about}\n`), ...leaves]);
}

/** @returns a sentence where it is none */
export function parseRemoved(bytes: Buffer): RemovedSegment | string {
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) return 'Found something else than what stays of a removed segment';
  const end = bytes.indexOf('\n', MAGIC.length);
  const about = end < 0 ? undefined : parseAbout(bytes.toString('utf8', MAGIC.length, end));
  if (about === undefined) return 'Found a removed segment of which nothing can be read';
  const hashes = bytes.subarray(end + 1);
  if (hashes.length !== about.leaves * HASH_BYTES) {
    return `Found ${hashes.length} bytes of hashes, expected ${about.leaves} of ${HASH_BYTES} each`;
  }
  const leaves = Array.from({ length: about.leaves }, (_, i) => hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES));
  return { ...about, leaves };
}

type About = Omit<RemovedSegment, 'leaves'> & { readonly leaves: number };

function parseAbout(text: string): About | undefined {
  try {
    const { segment, removed, reason, leaves } = JSON.parse(text) as { readonly [name in keyof About]?: unknown };
    if (!Number.isSafeInteger(segment) || !Number.isSafeInteger(leaves)) return undefined;
    if (typeof removed !== 'string' || typeof reason !== 'string') return undefined;
    return { segment: segment as number, removed, reason, leaves: leaves as number };
  } catch {
    return undefined;
  }
}
