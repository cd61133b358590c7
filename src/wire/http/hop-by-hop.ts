import { BoundedMap } from '../../core/bounded-map.ts';
import type { FieldLines } from '../../core/exchange/exchange.ts';
import { fieldValue, listMembers } from './fields.ts';

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

/** What is known of a field by its name alone. */
interface NamedField {
  readonly lower: string;
  /** As CGI and its heirs read it: to them `x_api_key` is `x-api-key` (RFC 3875 §4.1.18). */
  readonly dashed: string;
  readonly isOfConnection: boolean;
  readonly stopsRequest: boolean;
  readonly stopsResponse: boolean;
}

/** Names come back with every message, so each is looked at once; a client that makes names up pays for them itself. */
const NAMED = new BoundedMap<string, NamedField>(512);
const MAX_REMEMBERED_NAME = 64;

function named(name: string): NamedField {
  const known = NAMED.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  const dashed = lower.replaceAll('_', '-');
  const field: NamedField = {
    lower,
    dashed,
    // The colon of HTTP/2 pseudo-header fields, which are no fields elsewhere.
    isOfConnection: CONNECTION_FIELDS.has(lower) || lower.startsWith(':'),
    stopsRequest:
      REQUEST_STOPS.has(dashed) ||
      CONNECTION_FIELDS.has(dashed) ||
      REQUEST_STOP_PREFIXES.some((prefix) => dashed.startsWith(prefix)),
    stopsResponse: RESPONSE_STOPS.has(lower),
  };
  if (name.length <= MAX_REMEMBERED_NAME) NAMED.set(name, field);
  return field;
}

/** The field lines that are meant for the other end, in order: without those of the connection and those it nominates. */
export function endToEndFields(fields: FieldLines): FieldLines {
  const nominated = nominatedFields(fields);
  return fields.filter(([name, value]) => isEndToEnd(named(name), value, nominated));
}

/**
 * The fields of a request as they go upstream: end-to-end ones, without those that show the agent's network or contradict
 * what was judged. `Via` is left to `via.ts`. Several `Cookie` lines, as HTTP/2 sends them, become one (RFC 9113 §8.2.3).
 *
 * @param removed further names that stay here, in lower case; also as CGI reads them
 * @returns names and values alternating, as undici and Node take them
 */
export function requestFieldsForUpstream(fields: FieldLines, removed: ReadonlySet<string> = NONE): string[] {
  const nominated = nominatedFields(fields);
  const flat: string[] = [];
  let cookie = -1;
  for (const [name, value] of fields) {
    const field = named(name);
    const { lower } = field;
    if (field.stopsRequest || !isEndToEnd(field, value, nominated)) continue;
    if (removed.size > 0 && (removed.has(lower) || removed.has(field.dashed))) continue;
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
    const field = named(name);
    const { lower } = field;
    if (field.stopsResponse || lower === 'te' || !isEndToEnd(field, value, nominated)) continue;
    if (lower === 'proxy-status' && value.toLowerCase().includes('cordon')) continue;
    flat.push(name, value);
  }
  return flat;
}

const NONE: ReadonlySet<string> = new Set();

/** The names that `Connection` lines nominate, in lower case. */
function nominatedFields(fields: FieldLines): ReadonlySet<string> {
  const options = fieldValue(fields, 'connection');
  // Nearly every message; neither is a field that gets here.
  if (options === undefined || options === 'keep-alive' || options === 'close') return NONE;
  return new Set(listMembers(options).filter((option) => !NOT_NOMINATABLE.has(option)));
}

function isEndToEnd({ lower, isOfConnection }: NamedField, value: string, nominated: ReadonlySet<string>): boolean {
  // `TE: trailers` is always nominated and yet worth repeating: origins that stream send trailers only where it is said.
  if (lower === 'te') return listMembers(value).includes('trailers');
  return !isOfConnection && (nominated.size === 0 || !nominated.has(lower));
}
