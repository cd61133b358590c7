import type { FieldLines } from '../../core/exchange/exchange.ts';
import { fieldValues, listMembers } from './fields.ts';

/** Fields of one connection, and of one proxy (RFC 9110 §7.6.1, §11.7, RFC 9112 §7.4). `te` is judged by its value. */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
  'proxy-authentication-info',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/**
 * A `Connection` field cannot take these away: without them the content would be read otherwise than it was judged
 * (RFC 9110 §7.6.1 forbids nominating them).
 */
const NOT_NOMINATABLE: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'content-type',
  'content-encoding',
  'content-range',
]);

/**
 * Request fields that stay here: what is said to this gateway (`Expect` is answered here), what shows or asserts the
 * agent's network, and what makes an origin act on another method or path than the one that was judged.
 */
const REQUEST_STOPS: ReadonlySet<string> = new Set([
  'cordon-session',
  'cordon-reason',
  'cordon-prefer',
  'expect',
  'forwarded',
  'via',
  'client-ip',
  'true-client-ip',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-originating-ip',
  'x-remote-ip',
  'x-remote-addr',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-original-url',
  'x-rewrite-url',
]);
const REQUEST_STOP_PREFIXES: readonly string[] = ['x-forwarded', 'x-upstream-'];

/** Response fields that would lead the client around the gateway (RFC 7838), or speak in its name. */
const RESPONSE_STOPS: ReadonlySet<string> = new Set(['alt-svc', 'cordon-exchange']);

/** The field lines that are meant for the other end, in order: without those of the connection and those it nominates. */
export function endToEndFields(fields: FieldLines): FieldLines {
  const nominated = nominatedFields(fields);
  return fields.filter(([name, value]) => isEndToEnd(name.toLowerCase(), value, nominated));
}

/**
 * The fields of a request as they go upstream: end-to-end ones, without those that show the agent's network or contradict
 * what was judged. `Via` is left to `via.ts`. Several `Cookie` lines, as HTTP/2 sends them, become one (RFC 9113 §8.2.3).
 *
 * @returns names and values alternating, as undici and Node take them
 */
export function requestFieldsForUpstream(fields: FieldLines): string[] {
  const nominated = nominatedFields(fields);
  const flat: string[] = [];
  let cookie = -1;
  for (const [name, value] of fields) {
    const lower = name.toLowerCase();
    if (!isEndToEnd(lower, value, nominated) || stopsHere(lower)) continue;
    if (lower === 'te') {
      flat.push(name, 'trailers');
    } else if (lower === 'cookie' && cookie >= 0) {
      flat[cookie] += `; ${value}`;
    } else {
      flat.push(name, value);
      if (lower === 'cookie') cookie = flat.length - 1;
    }
  }
  return flat;
}

/**
 * The fields of a response as they go to the client: end-to-end ones, without offers of other routes (attack TUN-10) and
 * without what only the gateway may say.
 *
 * @returns names and values alternating, as `writeHead` takes them
 */
export function responseFieldsForClient(fields: FieldLines): string[] {
  const nominated = nominatedFields(fields);
  const flat: string[] = [];
  for (const [name, value] of fields) {
    const lower = name.toLowerCase();
    if (!isEndToEnd(lower, value, nominated) || RESPONSE_STOPS.has(lower) || lower === 'te') continue;
    if (lower === 'proxy-status' && value.toLowerCase().includes('cordon')) continue;
    flat.push(name, value);
  }
  return flat;
}

const NONE: ReadonlySet<string> = new Set();

/** The names that `Connection` lines nominate, in lower case. */
function nominatedFields(fields: FieldLines): ReadonlySet<string> {
  let nominated: Set<string> | undefined;
  for (const value of fieldValues(fields, 'connection')) {
    if (value === 'keep-alive' || value === 'close') continue; // nearly every message; neither is a field that gets here
    for (const option of listMembers(value)) {
      if (NOT_NOMINATABLE.has(option)) continue;
      (nominated ??= new Set()).add(option);
    }
  }
  return nominated ?? NONE;
}

function isEndToEnd(lower: string, value: string, nominated: ReadonlySet<string>): boolean {
  // `TE: trailers` is always nominated and yet worth repeating: origins that stream send trailers only where it is said.
  if (lower === 'te') return listMembers(value).includes('trailers');
  if (lower.charCodeAt(0) === 0x3a) return false; // HTTP/2 pseudo-header fields are no fields elsewhere
  return !CONNECTION_FIELDS.has(lower) && !nominated.has(lower);
}

// CGI and its heirs read `_` as `-` (RFC 3875 §4.1.18).
function stopsHere(lower: string): boolean {
  const name = lower.replaceAll('_', '-');
  return REQUEST_STOPS.has(name) || REQUEST_STOP_PREFIXES.some((prefix) => name.startsWith(prefix));
}
