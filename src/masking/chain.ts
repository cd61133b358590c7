import { concatenate } from './media/bytes/concatenate.ts';
import type { TextFilter } from './text-filter.ts';

/** One filter behind the other: what the first sends on is the text of the second. */
export function chain(first: TextFilter, second: TextFilter): TextFilter {
  return {
    push: (bytes) => second.push(first.push(bytes)),
    finish: () => concatenate([second.push(first.finish()), second.finish()]),
  };
}
