import type { Bytes } from '../../core/units.ts';

/**
 * How much one side of one stage holds. A message passes through at most three decoders of two streams each, a filter and an
 * encoder: with what they were handed last, below 1 MiB.
 */
export const STREAM_BUFFER: Bytes = 16 * 1024;
