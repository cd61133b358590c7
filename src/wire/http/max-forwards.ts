import type { FieldLines } from '../../core/exchange/exchange.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { fieldValue } from './fields.ts';
import { quote } from '../quote.ts';

/** The largest count that is sent on (RFC 9110 §7.6.2 leaves it to the recipient); no chain of proxies is as long. */
const MAX_SUPPORTED = 255;

const NAME = 'max-forwards';
const DIGITS = /^\d{1,1000}$/;

/**
 * How many times a request may still be forwarded; undefined when nothing limits it. The field counts for OPTIONS; TRACE is
 * never forwarded, and with other methods it may be ignored.
 *
 * @failure a sentence, when the field of an OPTIONS request is no number
 * @source RFC 9110 §7.6.2
 */
export function maxForwards(method: string, fields: FieldLines): Result<number | undefined, string> {
  const value = method === 'OPTIONS' ? fieldValue(fields, NAME) : undefined;
  if (value === undefined) return ok(undefined);
  if (!DIGITS.test(value)) return fail(`Found the Max-Forwards ${quote(value)}, expected one decimal number`);
  return ok(Math.min(Number(value), MAX_SUPPORTED + 1));
}

/** Whether the request ends here: it may not be forwarded, so the gateway answers as its final recipient. */
export function isLastForward(method: string, fields: FieldLines): boolean {
  const left = maxForwards(method, fields);
  return left.ok && left.value === 0;
}

/** The value of a field line as it is sent on: one forward less where it is the count, else as it is. */
export function countedDown(method: string, lowerName: string, value: string): string {
  if (lowerName !== NAME) return value;
  const left = maxForwards(method, [[NAME, value]]);
  return left.ok && left.value !== undefined ? String(left.value - 1) : value;
}
