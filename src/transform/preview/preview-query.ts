import { maskTarget } from '../masking/mask-target.ts';
import { previewMasking, type PreviewSearch } from './preview-masking.ts';

/**
 * A query as people may see it: its values as they are sent, but for what is found in them. Who decides on a transfer has to see
 * how much goes to whom.
 *
 * @param query with its `?`; empty where there is none
 */
export function previewQuery(query: string, search: PreviewSearch): string {
  return maskTarget(query, { path: undefined, query: previewMasking(search).of('query') });
}
