import type { Failure } from '../../core/codes.ts';
import type { FieldLines } from '../../core/exchange/exchange.ts';
import type { RawFields } from '../../core/exchange/reply-sink.ts';
import { ok, type Result } from '../../core/result.ts';
import { responseFraming } from '../../wire/http/framing.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import { mediaTypeOf } from '../../wire/http/media-type.ts';
import { contentCodings, type ContentCoding } from '../codings/content-coding.ts';
import { responseLeavesIn } from '../codings/leaving-coding.ts';
import { transformedResponseFields } from './response-fields.ts';

/** The client's request, as far as the answer depends on it. */
export interface ReplyRequest {
  readonly method: string;
  /** As the client sent it; undefined when it did not. */
  readonly acceptEncoding: string | undefined;
}

/** How a transformed answer is passed on. */
export interface ReplyPlan {
  readonly fields: RawFields;
  /** Codings of the content that comes, in the order in which they were applied; none where no content comes. */
  readonly came: readonly ContentCoding[];
  readonly leaves: ContentCoding | undefined;
  readonly isEventStream: boolean;
  /** Whether the encoder may hold nothing back: events, and whatever comes without a length, are read while they are made. */
  readonly flushes: boolean;
}

/** Statuses that never have content, and stand for none that has (RFC 9110 §15.3.5, §15.3.6). */
const EMPTY: ReadonlySet<number> = new Set([204, 205]);

/**
 * What a transformed answer looks like, from its head.
 *
 * @param fields as the origin sent them, end-to-end ones
 * @failure unreadable_content for unknown codings and parts of content
 */
export function planReply(request: ReplyRequest, status: number, fields: FieldLines): Result<ReplyPlan, Failure> {
  const came = contentCodings(fields);
  if (!came.ok) return came;
  const isEventStream = mediaTypeOf(fieldValue(fields, 'content-type')) === 'text/event-stream';
  const { acceptEncoding, method } = request;
  const length = announcedLength(fields);
  const leaves = responseLeavesIn({ came: came.value, length, isEventStream, acceptEncoding });
  const isEmpty = EMPTY.has(status);
  const left = transformedResponseFields(status, fields, isEmpty || status === 304 ? undefined : leaves);
  if (!left.ok) return left;
  if (isEmpty || status === 304 || method === 'HEAD') {
    return ok({ fields: left.value, came: [], leaves: undefined, isEventStream, flushes: false });
  }
  const flushes = isEventStream || length === undefined;
  return ok({ fields: left.value, came: came.value, leaves, isEventStream, flushes });
}

/** What Content-Length says, of a HEAD as well. */
function announcedLength(fields: FieldLines): number | undefined {
  const framing = responseFraming(fields, 200, 'GET');
  return framing.ok && framing.value.kind === 'length' ? framing.value.length : undefined;
}
