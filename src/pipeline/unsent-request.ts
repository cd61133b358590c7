import type { FieldLines, Identified } from '../core/exchange/exchange.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { isToken } from '../wire/http/fields.ts';
import { parseAbsoluteForm } from '../wire/http/request-target.ts';
import { quote } from '../wire/quote.ts';

/** Longest method that is asked about; methods of use have fewer than 32 characters. */
const MAX_METHOD = 32;

/** What an agent asks about a request with. */
export interface UnsentOrder {
  readonly method: string;
  /** Absolute. `ws:` and `wss:` mean the handshake of a WebSocket (RFC 6455 §3). */
  readonly url: string;
  readonly fields?: FieldLines;
}

/** A request that was not sent, as this agent's. @failure a sentence on what is wrong with it */
export function unsentRequest(asking: Identified, { method: name, url, fields = [] }: UnsentOrder): Result<Identified, string> {
  const isWebSocket = /^wss?:/i.test(url);
  const parsed = parseAbsoluteForm(isWebSocket ? url.replace(/^ws/i, 'http') : url);
  if (!parsed.ok) return fail(`url: ${parsed.failure}`);
  const method = name.toUpperCase();
  if (!isToken(method) || method.length > MAX_METHOD) return fail(`Found the method ${quote(method)}, expected a token`);
  if (isWebSocket && method !== 'GET')
    return fail(`Found the method ${quote(method)}, expected GET: a WebSocket begins with it`);
  const { scheme, authority, requestTarget, path } = parsed.value;
  const isHttps = scheme === 'https';
  return ok({
    ...asking,
    kind: isWebSocket ? 'upgrade' : isHttps ? 'intercepted' : 'forward',
    visibility: isHttps ? 'inspected' : 'cleartext',
    scheme,
    authority,
    method,
    requestTarget,
    path,
    hasContent: false,
    fields,
  });
}
