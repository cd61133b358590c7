import type { Failure } from '../../core/codes.ts';
import type { FieldLines } from '../../core/exchange/exchange.ts';
import type { TextFilter } from '../../masking/text-filter.ts';
import { UnreadableContent } from '../../masking/unreadable.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import { contentCodings } from '../codings/content-coding.ts';
import { contentFilter } from './content-filter.ts';
import type { TextFilters } from './text-filters.ts';

/** How the content of one message is filtered, and what becomes of it where it cannot be. */
export interface MessageFiltering {
  readonly texts: TextFilters;
  /** Images, archives and unknown media, whole or as a part of multipart content. */
  readonly opaque: 'deny' | 'pass';
  /** What cannot be read for certain, where its fields tell so. */
  readonly unreadable: 'deny' | 'pass';
  readonly isArrayStream?: boolean;
}

const OPAQUE = 'Found an image, an archive or an unknown medium, which nobody here reads';

/**
 * The filter for the content of a message, by its fields; `pass` where it goes on as it is.
 * @failure unreadable_content
 */
export function messageFilter(fields: FieldLines, filtering: MessageFiltering): TextFilter | 'pass' | Failure {
  const { texts, opaque, unreadable, isArrayStream = false } = filtering;
  const filter = contentFilter({
    contentType: fieldValue(fields, 'content-type'),
    texts,
    isArrayStream,
    opaquePart: () => (opaque === 'pass' ? 'pass' : new UnreadableContent(OPAQUE)),
  });
  if (filter === 'opaque') return opaque === 'pass' ? 'pass' : unreadableContent(OPAQUE);
  if (filter instanceof UnreadableContent) return unreadable === 'pass' ? 'pass' : unreadableContent(filter.detail);
  const codings = contentCodings(fields);
  if (codings.ok) return filter;
  return unreadable === 'pass' ? 'pass' : codings.failure;
}

function unreadableContent(detail: string): Failure {
  return { code: 'unreadable_content', detail };
}
