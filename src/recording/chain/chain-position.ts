import { CHAIN_START, type ChainHead } from './chain.ts';
import { MerkleTree } from '../tree/merkle-tree.ts';

/** Where a chain stands: everything up to here is acknowledged. */
export interface ChainPosition {
  readonly head: ChainHead;
  readonly tree: MerkleTree;
}

export const NOTHING_WRITTEN: ChainPosition = { head: CHAIN_START, tree: MerkleTree.EMPTY };
