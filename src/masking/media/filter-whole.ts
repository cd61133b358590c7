import type { TextFilter } from '../text-filter.ts';
import { concatenate } from './bytes/concatenate.ts';

/** A text that is there as a whole, filtered; where a filter changes nothing and holds nothing, the very bytes. */
export function filterWhole(filter: TextFilter, text: Uint8Array): Uint8Array {
  const sent = filter.push(text);
  return concatenate([sent, filter.finish()]);
}
