import type { Failure } from '../../core/codes.ts';
import type { FieldLines } from '../../core/exchange/exchange.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { fieldValue, listMembers } from '../../wire/http/fields.ts';
import type { ContentCoding } from '../codings/content-coding.ts';
import { announcedTrailers, isDigestField } from './digest-fields.ts';

/** Statuses whose content is a part (RFC 9110 §15.3.7) or a difference (RFC 3229 §10.4.1). */
const PARTIAL: ReadonlySet<number> = new Set([206, 226]);
const RANGE_NOT_SATISFIABLE = 416;

const DROPPED: ReadonlySet<string> = new Set(['content-length', 'content-encoding', 'accept-ranges']);

/**
 * The fields of a response whose content is transformed, or would be if it had any: a 304 and the answer to a HEAD must say
 * the same as the 200 they stand for (RFC 9110 §9.3.2, §15.4.5). `Cache-Control: no-transform` forbids it to a proxy that
 * does it on its own account (RFC 9110 §7.7); here a rule requires it, and stands above.
 *
 * @param leaves the coding that it leaves in, undefined for none
 * @failure unreadable_content for a part or a difference, which the origin was not asked for
 */
export function transformedResponseFields(
  status: number,
  fields: FieldLines,
  leaves: ContentCoding | undefined,
): Result<string[], Failure> {
  const isPart = status !== RANGE_NOT_SATISFIABLE && fieldValue(fields, 'content-range') !== undefined;
  if (PARTIAL.has(status) || isPart) {
    return fail({ code: 'unreadable_content', detail: `Found a part of content (status ${status}), expected the whole` });
  }
  const kept: string[] = [];
  for (const [name, value] of fields) {
    const left = leftOf(name.toLowerCase(), value);
    if (left !== undefined) kept.push(name, left);
  }
  if (leaves !== undefined) kept.push('Content-Encoding', leaves);
  if (!variesByCoding(fields)) kept.push('Vary', 'Accept-Encoding');
  return ok(kept);
}

/** What remains of a field line; undefined when nothing does. */
function leftOf(name: string, value: string): string | undefined {
  if (DROPPED.has(name) || isDigestField(name)) return undefined;
  if (name === 'etag') return weakened(value);
  return name === 'trailer' ? announcedTrailers(value) || undefined : value;
}

/**
 * An entity tag that promises no identical bytes any more (RFC 9110 §8.8.1): the origin's tag names what it sent, and what was
 * made of it may change with the policy.
 *
 * Weakened rather than dropped, because the client's preconditions stay right without the gateway: origins compare weakly for
 * `If-None-Match`, so a 304 still confirms what the client has; they compare strongly for `If-Match` (RFC 9110 §13.1.1), so a
 * client that saw masked content cannot write it back over the original.
 */
export function weakened(tag: string): string {
  return tag.startsWith('W/') ? tag : `W/${tag}`;
}

function variesByCoding(fields: FieldLines): boolean {
  const names = listMembers(fieldValue(fields, 'vary') ?? '');
  return names.includes('*') || names.includes('accept-encoding');
}
