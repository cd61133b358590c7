import type { Bytes } from '../../core/units.ts';
import { parseAcceptEncoding, preferredCoding } from './accept-encoding.ts';
import type { ContentCoding } from './content-coding.ts';

/** Shorter content gains less than the coding costs. */
const WORTH_CODING: Bytes = 1024;

/** Cheap to make: gzip costs two to three times as much for the same gain (research: masking §4.4). */
const CHEAP: readonly ContentCoding[] = ['zstd', 'br'];
const COSTLY: readonly ContentCoding[] = ['gzip', 'deflate'];

/**
 * The coding in which a transformed request leaves; undefined for none. The one that it came in: the client knows that the
 * origin reads it, and of others nobody does. Several are not redone, as no origin asks for them.
 *
 * @param came codings in the order in which they were applied
 */
export function requestLeavesIn(came: readonly ContentCoding[]): ContentCoding | undefined {
  return came.length === 1 ? came[0] : undefined;
}

/** What is known of a response when its head must be written. */
export interface ResponseContent {
  /** Codings in the order in which they were applied. */
  readonly came: readonly ContentCoding[];
  /** Of the content as it came; undefined when the origin did not say. */
  readonly length: Bytes | undefined;
  /** `text/event-stream`: its pieces are small, and none may wait. */
  readonly isEventStream: boolean;
  /** Of the client's request. */
  readonly acceptEncoding: string | undefined;
}

/**
 * The coding in which a transformed response leaves; undefined for none. A client that excludes `identity` gets one of
 * those that it accepts, even a costly one; when there is none, it gets `identity` all the same (RFC 9110 §12.5.3).
 */
export function responseLeavesIn(content: ResponseContent): ContentCoding | undefined {
  const accepted = parseAcceptEncoding(content.acceptEncoding);
  const cheap = preferredCoding(accepted, CHEAP);
  if (accepted.identity === 0) return cheap ?? preferredCoding(accepted, COSTLY);
  const length = content.isEventStream ? 0 : (content.length ?? 0);
  if (content.came.length === 0 && length <= WORTH_CODING) return undefined;
  const likesIdentityBetter = cheap !== undefined && (accepted.identity ?? 0) > accepted.quality[cheap];
  return likesIdentityBetter ? undefined : cheap;
}
