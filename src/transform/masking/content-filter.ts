import { TranscodedFilter } from '../../masking/media/charset/transcoded-filter.ts';
import { CsvFilter } from '../../masking/media/csv-filter.ts';
import { FormFilter } from '../../masking/media/form-filter.ts';
import { JsonArrayLanesFilter } from '../../masking/media/json-array-lanes.ts';
import type { LaneOptions } from '../../masking/media/lanes/delta-lanes.ts';
import { parseMediaType, type MediaType } from '../../masking/media/media-type.ts';
import { MultipartFilter } from '../../masking/media/multipart/multipart-filter.ts';
import type { PartHeaders } from '../../masking/media/multipart/part-headers.ts';
import { NdjsonLanesFilter } from '../../masking/media/ndjson-lanes.ts';
import { EventStreamFilter } from '../../masking/media/sse/event-stream-filter.ts';
import { XmlFilter } from '../../masking/media/xml/xml-filter.ts';
import type { TextFilter } from '../../masking/text-filter.ts';
import { UnreadableContent } from '../../masking/unreadable.ts';
import { mediaKindOf, type MediaKind } from './media-kind.ts';
import type { TextFilters } from './text-filters.ts';

/** What the content of a message is, and how it is filtered. */
export interface ContentFiltering {
  /** Value of the Content-Type field; undefined where there is none. */
  readonly contentType: string | undefined;
  readonly texts: TextFilters;
  /** Whether JSON is an array whose elements a language model sends one by one, as Gemini does. */
  readonly isArrayStream?: boolean;
  /** What becomes of a part of multipart content that nobody here reads. */
  opaquePart(): 'pass' | UnreadableContent;
}

/**
 * The filter for content of a media type: it gives `texts` everything in it that is text, decoded where they are to see
 * values as their receiver does.
 *
 * @returns `opaque` for images, archives and unknown media; an {@link UnreadableContent} for text that cannot be read for
 * certain: an unknown charset, a Content-Type that has two readings
 */
export function contentFilter(filtering: ContentFiltering): TextFilter | 'opaque' | UnreadableContent {
  const { contentType } = filtering;
  if (contentType === undefined) return 'opaque';
  const mediaType = parseMediaType(contentType);
  if (mediaType === undefined) return new UnreadableContent('Found a Content-Type that is no media type, or has two readings');
  try {
    return filterOf(mediaType, '', filtering);
  } catch (error) {
    if (error instanceof UnreadableContent) return error;
    throw error;
  }
}

/** @throws UnreadableContent */
function filterOf({ essence, parameters }: MediaType, name: string, filtering: ContentFiltering): TextFilter | 'opaque' {
  const kind = mediaKindOf(essence);
  if (kind === 'opaque') return 'opaque';
  if (kind === 'multipart') return multipart(parameters.get('boundary'), filtering);
  return new TranscodedFilter(parameters.get('charset'), FILTERS[kind](filtering, name));
}

const FILTERS: Readonly<
  Record<Exclude<MediaKind, 'opaque' | 'multipart'>, (filtering: ContentFiltering, name: string) => TextFilter>
> = {
  json: ({ texts, isArrayStream }) => (isArrayStream === true ? new JsonArrayLanesFilter(lanesOf(texts)) : texts.json()),
  'json-lines': ({ texts }) => new NdjsonLanesFilter(lanesOf(texts)),
  events: ({ texts }) => new EventStreamFilter(lanesOf(texts)),
  form: ({ texts }) => new FormFilter((field) => texts.value(field)),
  csv: ({ texts }) => new CsvFilter((column) => texts.value(column ?? '')),
  markup: ({ texts }) => new XmlFilter((element) => texts.value(element)),
  text: ({ texts }, name) => texts.value(name),
};

function lanesOf(texts: TextFilters): LaneOptions {
  return { lane: (kind) => (kind === 'json' ? texts.json() : texts.value('')), text: () => texts.json() };
}

function multipart(boundary: string | undefined, filtering: ContentFiltering): TextFilter {
  const part = ({ mediaType, fieldName, isFile }: PartHeaders): TextFilter | UnreadableContent | 'pass' => {
    const filter = filterOf(mediaType, isFile ? '' : (fieldName ?? ''), { ...filtering, isArrayStream: false });
    return filter === 'opaque' ? filtering.opaquePart() : filter;
  };
  return new MultipartFilter(boundary, { text: () => filtering.texts.value(''), part });
}
