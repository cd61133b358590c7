import type { Failure } from '../../core/codes.ts';
import type { FieldLines } from '../../core/exchange/exchange.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { fieldValue, listMembers } from '../../wire/http/fields.ts';
import { quote } from '../../wire/quote.ts';

/** A content coding that can be undone and redone (RFC 9110 §8.4.1, RFC 8878 §7.2, RFC 7932 §13). `identity` is none. */
export type ContentCoding = 'gzip' | 'deflate' | 'br' | 'zstd';

/** By the name in the field; recipients take `x-gzip` for `gzip` (RFC 9110 §8.4.1.3). */
const CODINGS: ReadonlyMap<string, ContentCoding> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
  ['br', 'br'],
  ['zstd', 'zstd'],
]);

/** No server has a reason for more; each costs a decoder. */
const MAX_STACKED = 3;

const NONE: Result<readonly ContentCoding[], never> = ok([]);

/**
 * The codings of a message in the order in which they were applied, `identity` left out.
 *
 * @failure unreadable_content for a coding that is not known, or more than three
 * @source RFC 9110 §8.4
 */
export function contentCodings(fields: FieldLines): Result<readonly ContentCoding[], Failure> {
  const value = fieldValue(fields, 'content-encoding');
  if (value === undefined) return NONE;
  const codings: ContentCoding[] = [];
  for (const name of listMembers(value)) {
    const coding = codingNamed(name);
    if (coding !== undefined) codings.push(coding);
    else if (name !== 'identity') return unreadable(`Found the content coding ${quote(name)}, expected ${KNOWN}`);
  }
  if (codings.length > MAX_STACKED) {
    return unreadable(`Found ${codings.length} content codings, expected at most ${MAX_STACKED}`);
  }
  return ok(codings);
}

/**
 * The coding of this name; undefined for `identity` and what is not known.
 * @param name in lower case
 */
export function codingNamed(name: string): ContentCoding | undefined {
  return CODINGS.get(name);
}

const KNOWN = 'gzip, deflate, br, zstd or identity';

function unreadable(detail: string): Result<never, Failure> {
  return fail({ code: 'unreadable_content', detail });
}
