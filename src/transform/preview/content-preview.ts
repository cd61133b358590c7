import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TextDecoder } from 'node:util';
import type { Failure } from '../../core/codes.ts';
import type { FieldLines } from '../../core/exchange/exchange.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import { parseMediaType } from '../../masking/media/media-type.ts';
import { UnreadableContent } from '../../masking/unreadable.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import { contentCodings } from '../codings/content-coding.ts';
import type { CodingMemory } from '../codings/coding-memory.ts';
import { RATIO_LIMIT } from '../codings/expansion.ts';
import { contentFailure } from '../content/content-error.ts';
import { transformedContent } from '../content/content-stream.ts';
import { contentFilter } from '../masking/content-filter.ts';
import { mayHoldNul } from '../masking/text-charset.ts';
import { maskingTexts } from '../masking/text-filters.ts';
import { previewMasking, type PreviewSearch } from './preview-masking.ts';

/** What people may see of content (contract §4.1.14), and what was found in all of it. */
export interface ContentPreview {
  /** The beginning of it, masked. */
  readonly text: string;
  /** There is more than `text` shows. */
  readonly isCut: boolean;
  /** By single entity; those not found are left out. */
  readonly findings: Readonly<Record<string, number>>;
}

/** What content is looked through for, and how far. */
export interface ContentSearch extends PreviewSearch {
  /** Most bytes that are decoded. */
  readonly max: Bytes;
  readonly memory: CodingMemory;
}

const UTF16_MARKS: ReadonlyMap<number, string> = new Map([
  [0xfffe, 'utf-16le'],
  [0xfeff, 'utf-16be'],
]);

/** Of content people are shown so much; nobody reads more of it. */
const SHOWN: Bytes = 8 * 1024;
/** So much is looked through before others get their turn. */
const TURN: Bytes = 256 * 1024;

/**
 * Looks through content and masks it as it may be shown. Undefined where it cannot be shown: an image, an archive, a coding
 * that cannot be undone, more than is looked through.
 *
 * @param content as it came, from its beginning
 * @failure what the content is not to blame for: no memory, a spool that cannot be read
 */
export async function previewContent(
  content: Readable,
  fields: FieldLines,
  search: ContentSearch,
): Promise<Result<ContentPreview | undefined, Failure>> {
  const masking = previewMasking(search);
  const contentType = fieldValue(fields, 'content-type');
  const opaquePart = (): UnreadableContent => new UnreadableContent('a part of it is opaque');
  const filter = contentFilter({ contentType, texts: maskingTexts(masking.of('content')!), opaquePart });
  const codings = contentCodings(fields);
  if (filter === 'opaque' || filter instanceof UnreadableContent || !codings.ok) return ok(undefined);
  const masked = transformedContent(content, {
    came: codings.value,
    leaves: undefined,
    filter,
    mislabelled: 'refuse',
    mayHoldNul: mayHoldNul(contentType),
    flushes: false,
    limits: { ...RATIO_LIMIT, size: search.max },
    memory: search.memory,
  });
  try {
    return ok({ ...(await beginningOf(masked, contentType)), findings: Object.fromEntries(masking.findings.counts) });
  } catch (error) {
    if (error instanceof UnreadableContent) return ok(undefined);
    const failure = contentFailure(error, 'internal_error');
    return failure.code === 'content_too_large' || failure.code === 'unreadable_content' ? ok(undefined) : fail(failure);
  }
}

/** Reads to the end, since what stands there counts too. */
async function beginningOf(masked: Readable, contentType: string | undefined): Promise<Pick<ContentPreview, 'text' | 'isCut'>> {
  const pieces: Uint8Array[] = [];
  let length: Bytes = 0;
  let sinceTurn: Bytes = 0;
  for await (const piece of masked as AsyncIterable<Uint8Array>) {
    // A copy: what is kept must not keep the whole piece.
    if (length < SHOWN) pieces.push(Uint8Array.from(piece.subarray(0, SHOWN - length)));
    length += piece.length;
    sinceTurn += piece.length;
    if (sinceTurn < TURN) continue;
    sinceTurn = 0;
    await nextTurn();
  }
  const isCut = length > SHOWN;
  const bytes = Buffer.concat(pieces);
  // A character that is cut at the end is left out.
  return { text: decoderFor(bytes, contentType).decode(bytes, { stream: isCut }), isCut };
}

/**
 * Reads text as its receiver does: in another charset a direction, or a whole word, would be something else.
 * @source WHATWG Encoding §6 (BOM sniff)
 */
function decoderFor(bytes: Uint8Array, contentType: string | undefined): TextDecoder {
  const marked = UTF16_MARKS.get((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0));
  const declared = contentType === undefined ? undefined : parseMediaType(contentType)?.parameters.get('charset');
  try {
    return new TextDecoder(marked ?? declared);
  } catch {
    // A name that nobody here knows; what is no UTF-8 shows as U+FFFD.
    return new TextDecoder();
  }
}
