import type { FieldLines } from '../../core/exchange/exchange.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { fieldValue, fieldValues } from './fields.ts';
import { quote } from '../quote.ts';

/** How long the content of a message is: there is none, so many bytes, or as many as come until the end is marked. */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' };

/** A response may also end with its connection. */
export type ResponseFraming = Framing | { readonly kind: 'close' };

/** One spelling per number: signs, white space, other bases, lists and leading zeros are read differently by different parsers. */
const CONTENT_LENGTH = /^(?:0|[1-9]\d{0,15})$/;

/**
 * The framing of a request; anything that two parsers could read differently is refused.
 *
 * An HTTP/2 request without Content-Length is `chunked` here: its stream marks the end, and whoever has seen END_STREAM on
 * the field section knows that there is nothing.
 *
 * @source RFC 9112 §6.3, §11.2; RFC 9113 §8.1.1
 */
export function requestFraming(fields: FieldLines, httpVersion: '1.0' | '1.1' | '2', method: string): Result<Framing, string> {
  const framing = messageFraming(fields, httpVersion);
  if (!framing.ok) return framing;
  const value = framing.value ?? (httpVersion === '2' ? CHUNKED : NONE);
  const mayHaveContent = method !== 'CONNECT' && method !== 'TRACE';
  if (!mayHaveContent && framing.value !== undefined && !isEmpty(framing.value)) {
    return fail(`Found content in a ${method} request, expected none`);
  }
  return ok(mayHaveContent ? value : NONE);
}

/**
 * The framing of a response to a request of this method.
 *
 * @source RFC 9112 §6.3, RFC 9110 §6.4.1
 */
export function responseFraming(fields: FieldLines, status: number, requestMethod: string): Result<ResponseFraming, string> {
  const framing = messageFraming(fields, '1.1');
  if (!framing.ok) return framing;
  const value = framing.value;
  const neverHasContent = status < 200 || status === 204;
  if (neverHasContent && value !== undefined && !isEmpty(value)) {
    return fail(`Found content announced in a ${status} response, expected none`);
  }
  if (status === 304 && value?.kind === 'chunked') {
    return fail('Found Transfer-Encoding in a 304 response, expected none');
  }
  if (neverHasContent || status === 304 || requestMethod === 'HEAD') return ok(NONE);
  return ok(value ?? CLOSE);
}

/** The value of the one Host line that an HTTP/1.1 request has; the value itself is for `parseAuthority` (RFC 9112 §3.2). */
export function hostField(fields: FieldLines): Result<string, string> {
  const value = fieldValue(fields, 'host');
  if (value === undefined) return fail('Found 0 Host field lines, expected one');
  if (value !== '' && !/[\s,]/.test(value)) return ok(value);
  // More than one line makes a list, which no host is.
  const lines = fieldValues(fields, 'host').length;
  return fail(
    lines > 1 ? `Found ${lines} Host field lines, expected one` : `Found the Host field ${quote(value)}, expected one host`,
  );
}

const NONE: Framing = { kind: 'none' };
const CHUNKED: Framing = { kind: 'chunked' };
const CLOSE: ResponseFraming = { kind: 'close' };
const UNFRAMED: Result<undefined, never> = ok(undefined);

/** What the framing fields say, whatever the message is; undefined when there are none. */
function messageFraming(fields: FieldLines, httpVersion: '1.0' | '1.1' | '2'): Result<Framing | undefined, string> {
  // A repeated line makes a list, and a list is neither "chunked" nor a number.
  const coding = fieldValue(fields, 'transfer-encoding');
  const length = fieldValue(fields, 'content-length');
  if (coding !== undefined && length !== undefined) {
    return fail('Found both Transfer-Encoding and Content-Length, expected one of them');
  }
  if (coding !== undefined) return codedFraming(coding, httpVersion);
  if (length === undefined) return UNFRAMED;
  const bytes = CONTENT_LENGTH.test(length) ? Number(length) : Number.NaN;
  if (!Number.isSafeInteger(bytes)) return fail(`Found the Content-Length ${quote(length)}, expected one decimal number`);
  return ok({ kind: 'length', length: bytes });
}

function codedFraming(coding: string, httpVersion: '1.0' | '1.1' | '2'): Result<Framing, string> {
  if (httpVersion !== '1.1') return fail(`Found Transfer-Encoding in HTTP/${httpVersion}, expected it in HTTP/1.1 only`);
  if (coding !== 'chunked') return fail(`Found the Transfer-Encoding ${quote(coding)}, expected exactly "chunked"`);
  return ok(CHUNKED);
}

function isEmpty(framing: Framing): boolean {
  return framing.kind === 'none' || (framing.kind === 'length' && framing.length === 0);
}
