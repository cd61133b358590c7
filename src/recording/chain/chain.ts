import { hash } from 'node:crypto';

/** Where a chain stands: what the next record will carry. */
export interface ChainHead {
  /** Sequence number of the next record. */
  readonly seq: number;
  /** `prev` of the next record. */
  readonly prev: string;
}

/** `sha256:<64 hex digits>` over the bytes of one line, without its newline. */
export function lineDigest(line: string | Uint8Array): string {
  return `sha256:${hash('sha256', line)}`;
}

/** The head of a chain in which nothing is written yet: sequence 0, the digest of nothing. */
export const CHAIN_START: ChainHead = { seq: 0, prev: lineDigest('') };
