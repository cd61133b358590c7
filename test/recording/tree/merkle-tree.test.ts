import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafHash, leafHashOf, MerkleTree } from '../../../src/recording/tree/merkle-tree.ts';

/* The leaves and roots with which implementations of Certificate Transparency are tested. */
const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

function grown(leaves: readonly Uint8Array[]): MerkleTree {
  return leaves.reduce((tree, leaf) => tree.append(leafHashOf(leaf)), MerkleTree.EMPTY);
}

/** As RFC 6962 §2.1 defines it, word for word. */
function treeHash(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) return createHash('sha256').digest();
  if (leaves.length === 1) return createHash('sha256').update(Uint8Array.of(0)).update(leaves[0]!).digest();
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  const [left, right] = [treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k))];
  return createHash('sha256').update(Uint8Array.of(1)).update(left).update(right).digest();
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('MerkleTree', () => {
  it.each(ROOTS.map((root, size) => [size, root] as const))('has the known root of %i leaves', (size, root) => {
    expect(hex(grown(LEAVES.slice(0, size).map((leaf) => Buffer.from(leaf, 'hex'))).root())).toBe(root);
  });

  it('has the root that RFC 6962 defines, and goes on from its subtrees alone', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 70 }), fc.nat(), (leaves, cut) => {
        const half = cut % (leaves.length + 1);
        const first = grown(leaves.slice(0, half));
        const resumed = MerkleTree.of(first.size, first.subtrees)!;
        const whole = leaves.slice(half).reduce((tree, leaf) => tree.append(leafHashOf(leaf)), resumed);
        expect(whole.size).toBe(leaves.length);
        expect(hex(whole.root())).toBe(hex(treeHash(leaves)));
        expect(first.size).toBe(half);
      }),
    );
  });

  it('takes only as many subtrees as its size has', () => {
    const { subtrees } = grown([1, 2, 3].map((byte) => Uint8Array.of(byte)));
    expect(MerkleTree.of(3, subtrees)).toBeDefined();
    expect(MerkleTree.of(2, subtrees)).toBeUndefined();
    expect(MerkleTree.of(3, [subtrees[0]!, subtrees[1]!.subarray(1)])).toBeUndefined();
    expect(MerkleTree.of(-1, [])).toBeUndefined();
    expect(MerkleTree.of(0.5, [])).toBeUndefined();
  });
});

describe('leafHash()', () => {
  it('is the same with room for a byte before the leaf', () => {
    expect(leafHash(Buffer.from('xabc'))).toEqual(leafHashOf(Buffer.from('abc')));
  });
});
