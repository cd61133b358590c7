import { createHash, hash } from 'node:crypto';

/** SHA-256. */
export const HASH_BYTES = 32;
const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/**
 * The hash of a leaf.
 * @param prefixed room for one byte, which is set here, then the leaf
 * @source RFC 6962 §2.1
 */
export function leafHash(prefixed: Uint8Array): Uint8Array {
  prefixed[0] = LEAF_PREFIX;
  return hash('sha256', prefixed, 'buffer');
}

/** The same for a leaf without room before it. */
export function leafHashOf(leaf: Uint8Array): Uint8Array {
  return createHash('sha256').update(LEAF).update(leaf).digest();
}

const LEAF = Uint8Array.of(LEAF_PREFIX);
const pair = new Uint8Array(1 + 2 * HASH_BYTES);
pair[0] = NODE_PREFIX;

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  pair.set(left, 1);
  pair.set(right, 1 + HASH_BYTES);
  return hash('sha256', pair, 'buffer');
}

/**
 * A Merkle tree that grows leaf by leaf. It keeps the roots of its perfect subtrees alone, the largest first, which is all
 * that its own root, or that of any larger tree, needs to know of the leaves so far. Never changed: appending makes another.
 *
 * @source RFC 6962 §2.1
 */
export class MerkleTree {
  static readonly EMPTY = new MerkleTree(0, []);

  /** Leaves. */
  readonly size: number;
  readonly subtrees: readonly Uint8Array[];

  private constructor(size: number, subtrees: readonly Uint8Array[]) {
    this.size = size;
    this.subtrees = subtrees;
  }

  /** The tree that has these perfect subtrees; undefined where their number is not what the size asks for. */
  static of(size: number, subtrees: readonly Uint8Array[]): MerkleTree | undefined {
    if (!Number.isSafeInteger(size) || size < 0 || subtrees.length !== bitCount(size)) return undefined;
    return subtrees.every(({ length }) => length === HASH_BYTES) ? new MerkleTree(size, subtrees) : undefined;
  }

  /** @param leaf made by {@link leafHash} */
  append(leaf: Uint8Array): MerkleTree {
    const subtrees = [...this.subtrees];
    let whole = leaf;
    // Every trailing one of the size is a subtree as large as what there is now.
    for (let rest = this.size; rest % 2 === 1; rest = (rest - 1) / 2) whole = nodeHash(subtrees.pop()!, whole);
    subtrees.push(whole);
    return new MerkleTree(this.size + 1, subtrees);
  }

  /** The Merkle tree hash; of no leaves that of nothing. */
  root(): Uint8Array {
    const last = this.subtrees.at(-1);
    if (last === undefined) return hash('sha256', '', 'buffer');
    return this.subtrees.slice(0, -1).reduceRight<Uint8Array>((right, left) => nodeHash(left, right), last);
  }
}

function bitCount(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}
