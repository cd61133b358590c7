import type { Bytes } from '../../core/units.ts';

/** A place between two blocks of a chain, or before the head of a segment (`offset` 0). */
export interface ChainSpot {
  /** Number of the segment. */
  readonly segment: number;
  /** From the beginning of its file. */
  readonly offset: Bytes;
  /** Blocks of the segment that lie before it. */
  readonly block: number;
}

/** Up to where the medium has a chain. */
export interface DurableSpot extends Pick<ChainSpot, 'segment' | 'offset'> {
  /** Records of the chain that lie before it. */
  readonly records: number;
}
