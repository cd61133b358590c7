import type { WrappingKey } from '../keys/record-keys.ts';
import { BlockOpener } from './block.ts';
import { headDigest } from './open-segment.ts';
import type { SegmentHeader } from './segment-header.ts';

/**
 * What opens the blocks of a segment.
 * @param head as it stands in the file
 * @returns a sentence where none of the keys unwraps its data key
 */
export function blockOpener(header: SegmentHeader, head: Uint8Array, wrapping: readonly WrappingKey[]): BlockOpener | string {
  const dataKey = unwrapDataKey(header, wrapping);
  return typeof dataKey === 'string' ? dataKey : new BlockOpener({ dataKey, headDigest: headDigest(head) });
}

/** @returns a sentence where none of the keys unwraps it */
export function unwrapDataKey({ key }: SegmentHeader, wrapping: readonly WrappingKey[]): Uint8Array | string {
  const fitting = wrapping.find(({ id }) => id === key.id);
  if (fitting === undefined) {
    const known = wrapping.map(({ id }) => id).join(', ');
    return `Found records sealed under the key ${key.id}, expected one of the keys at hand: ${known === '' ? 'none' : known}`;
  }
  return fitting.unwrap(key.wrapped) ?? 'Found a data key that was changed';
}
