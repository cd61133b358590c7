import type { FieldLines } from '../../core/exchange/exchange.ts';
import { fieldValue } from '../../wire/http/fields.ts';

/** Statuses whose answers have no content (RFC 9110 §6.4.1), or stand for an earlier one. */
const EMPTY: ReadonlySet<number> = new Set([204, 205, 304]);

/** Whether an answer has no content, whatever its fields say of the medium. @param method of its request */
export function isEmptyAnswer(method: string, status: number, fields: FieldLines): boolean {
  return method === 'HEAD' || EMPTY.has(status) || fieldValue(fields, 'content-length') === '0';
}
