import type { Failure } from '../../core/codes.ts';
import type { RawFields } from '../../core/exchange/reply-sink.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import { toFieldLines, fieldValue } from '../../wire/http/fields.ts';
import { quote } from '../../wire/quote.ts';
import { readableAcceptEncoding } from '../codings/accept-encoding.ts';
import type { ContentCoding } from '../codings/content-coding.ts';
import { announcedTrailers, isDigestField } from './digest-fields.ts';

/** What is done to a request, as far as its fields must tell. */
export interface RequestChange {
  /** Absent where the content passes untouched, or there is none. */
  readonly content?: {
    readonly leaves: ContentCoding | undefined;
    /** Of what leaves, coded; undefined when it is not known before it is sent. */
    readonly length: Bytes | undefined;
  };
  /** The response will be transformed, so it must come whole and in a coding that can be undone. */
  readonly readsResponse: boolean;
}

/**
 * What would bring an answer that cannot be read by itself: a part (RFC 9110 §14.2 lets anyone ignore `Range`), a difference
 * to what the client has (RFC 3229), data coded with a dictionary of the client (RFC 9842); or digests of what the origin sends.
 */
const ANSWER_FORM: ReadonlySet<string> = new Set([
  'range',
  'if-range',
  'x-ms-range',
  'a-im',
  'available-dictionary',
  'dictionary-id',
  'want-content-digest',
  'want-repr-digest',
  'want-digest',
  'x-amz-checksum-mode',
]);

/**
 * The fields of a request whose content, answer or both are transformed. `Cache-Control: no-transform` is a wish of the client
 * (RFC 9110 §7.7), which a rule of the gateway outranks. Preconditions stay: see `weakened()`.
 *
 * @failure unreadable_content for content that is a part of something (RFC 9110 §14.5): values may lie across its ends
 */
export function transformedRequestFields(fields: RawFields, change: RequestChange): Result<string[], Failure> {
  const lines = toFieldLines(fields);
  const part = change.content === undefined ? undefined : fieldValue(lines, 'content-range');
  if (part !== undefined) {
    return fail({ code: 'unreadable_content', detail: `Found a part of content, Content-Range ${quote(part)}` });
  }
  const kept: string[] = [];
  for (const [name, value] of lines) {
    const left = leftOf(name.toLowerCase(), value, change);
    if (left !== undefined) kept.push(name, left);
  }
  const { content, readsResponse } = change;
  if (content?.leaves !== undefined) kept.push('Content-Encoding', content.leaves);
  if (content?.length !== undefined) kept.push('Content-Length', String(content.length));
  if (readsResponse) kept.push('Accept-Encoding', readableAcceptEncoding(fieldValue(lines, 'accept-encoding')));
  return ok(kept);
}

/** What remains of a field line; undefined when nothing does. */
function leftOf(name: string, value: string, { content, readsResponse }: RequestChange): string | undefined {
  if (readsResponse && (name === 'accept-encoding' || ANSWER_FORM.has(name))) return undefined;
  if (content === undefined) return value;
  if (name === 'content-length' || name === 'content-encoding' || isDigestField(name)) return undefined;
  return name === 'trailer' ? announcedTrailers(value) || undefined : value;
}
