import type { Authority } from '../core/address.ts';
import type { Failure } from '../core/codes.ts';
import type { ExchangeKind } from '../core/exchange/decision.ts';
import type { Accepted, FieldLines, TunnelContext, Client } from '../core/exchange/exchange.ts';
import type { ExchangeId } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Milliseconds } from '../core/units.ts';
import { parseAuthority } from '../wire/name/authority.ts';
import { hostField, requestFraming, type Framing } from '../wire/http/framing.ts';
import { toFieldLines } from '../wire/http/fields.ts';
import { maxForwards } from '../wire/http/max-forwards.ts';
import { parseAbsoluteForm, parseOriginForm } from '../wire/http/request-target.ts';

/** The head of a request as both of Node's HTTP engines hand it over. */
export interface RequestHead {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Flat field lines as received; HTTP/2 pseudo-fields come first. */
  readonly rawHeaders: readonly string[];
  readonly httpVersionMajor: number;
  readonly httpVersion: string;
  /** HTTP/2 only: the stream, which knows whether its header section was all there is. */
  readonly stream?: { readonly endAfterHeaders: boolean };
}

/** What a listener knows before it reads the request itself. */
export interface Arrival {
  readonly id: ExchangeId;
  readonly client: Client;
  /** On the monotonic clock. */
  readonly startedAt: Milliseconds;
}

/** Longest request target; longer ones answer `target_too_long`. */
const MAX_TARGET = 8 * 1024;

/** Most field lines in one request; more answer `header_too_large`. */
const MAX_FIELDS = 256;

/** Methods that the gateway never forwards: TRACE echoes credentials (RFC 9110 §9.3.8), CONNECT has its own path. */
const REFUSED_METHODS: ReadonlySet<string> = new Set(['TRACE', 'TRACK', 'CONNECT', 'PRI']);

/**
 * Reads a plain proxy request: absolute-form alone, so that no request is relayed by its Host field.
 *
 * @failure malformed_request | target_too_long | header_too_large
 */
export function acceptForward(message: RequestHead, arrival: Arrival, kind: ExchangeKind): Result<Accepted, Failure> {
  const head = readHead(message);
  if (!head.ok) return head;
  const target = parseAbsoluteForm(message.url ?? '');
  if (!target.ok) return malformed(target.failure);
  const { scheme, authority, requestTarget, path } = target.value;
  if (scheme === 'https') return malformed('Found an https:// target in the clear, expected CONNECT');
  const host = checkHost(head.value.fields, authority, 80);
  if (!host.ok) return host;
  const method = message.method ?? '';
  return ok(exchangeOf(arrival, head.value, { kind, visibility: 'cleartext', scheme, authority, method, requestTarget, path }));
}

/**
 * Reads a request inside an intercepted tunnel. Its Host must be the authority that was judged for the tunnel.
 *
 * @failure malformed_request | target_too_long | header_too_large | name_mismatch
 */
export function acceptIntercepted(
  message: RequestHead,
  arrival: Arrival,
  tunnel: TunnelContext,
  kind: ExchangeKind,
): Result<Accepted, Failure> {
  const head = readHead(message);
  if (!head.ok) return head;
  const target = parseOriginForm(message.url ?? '');
  if (!target.ok) return malformed(target.failure);
  const { authority } = tunnel;
  const host = checkHost(head.value.fields, authority, 443);
  if (!host.ok) return host;
  const { requestTarget, path } = target.value;
  const method = message.method ?? '';
  const asked = { kind, visibility: 'inspected', scheme: 'https', authority, method, requestTarget, path, tunnel } as const;
  return ok(exchangeOf(arrival, head.value, asked));
}

/**
 * Reads a CONNECT (RFC 9110 §9.3.6): authority-form with an explicit port.
 *
 * @failure malformed_request | target_too_long
 */
export function acceptConnect(message: RequestHead, arrival: Arrival): Result<Accepted, Failure> {
  const fields = toFieldLines(message.rawHeaders);
  const target = readTarget(message);
  if (!target.ok) return target;
  const authority = parseAuthority(target.value);
  if (!authority.ok) return malformed(authority.failure);
  const framing = requestFraming(fields, httpVersion(message), 'CONNECT');
  if (!framing.ok) return malformed(framing.failure);
  if (framing.value.kind !== 'none') return malformed('Found content in a CONNECT request, expected none');
  const head = { fields, httpVersion: httpVersion(message), hasContent: false };
  return ok(
    exchangeOf(arrival, head, {
      kind: 'connect',
      visibility: 'opaque',
      scheme: 'https',
      authority: authority.value,
      method: 'CONNECT',
      requestTarget: '',
    }),
  );
}

/** One literal for all kinds of exchange: whatever reads an exchange then meets objects of one shape alone. */
function exchangeOf(
  { id, client, startedAt }: Arrival,
  { fields, httpVersion: version, hasContent: isWithContent }: Head,
  { kind, visibility, scheme, authority, method, requestTarget, path, tunnel }: Omit<Accepted, keyof Arrival | keyof Head>,
): Accepted {
  return {
    id,
    kind,
    visibility,
    client,
    startedAt,
    scheme,
    authority,
    method,
    requestTarget,
    path,
    fields,
    httpVersion: version,
    hasContent: isWithContent,
    tunnel,
  };
}

interface Head {
  readonly fields: FieldLines;
  readonly httpVersion: Accepted['httpVersion'];
  readonly hasContent: boolean;
}

function readHead(message: RequestHead): Result<Head, Failure> {
  const target = readTarget(message);
  if (!target.ok) return target;
  const method = message.method ?? '';
  if (REFUSED_METHODS.has(method)) return malformed(`Found method ${method}, which is not forwarded`);
  // Methods are case-sensitive (RFC 9110 §9.1), and yet frameworks fold them: `delete` must not pass where DELETE is denied.
  if (method !== method.toUpperCase()) return malformed('Found a method in lower case, expected upper case');
  if (message.rawHeaders.length > 2 * MAX_FIELDS) {
    return fail({
      code: 'header_too_large',
      detail: `Found ${message.rawHeaders.length / 2} field lines, expected at most ${MAX_FIELDS}`,
    });
  }
  const fields = fieldLines(message);
  const version = httpVersion(message);
  const framing = requestFraming(fields, version, method);
  if (!framing.ok) return malformed(framing.failure);
  const forwards = maxForwards(method, fields);
  if (!forwards.ok) return malformed(forwards.failure);
  return ok({ fields, httpVersion: version, hasContent: hasContent(message, framing.value) });
}

function readTarget({ url = '' }: RequestHead): Result<string, Failure> {
  if (url.length <= MAX_TARGET) return ok(url);
  return fail({ code: 'target_too_long', detail: `Found ${url.length} bytes, expected at most ${MAX_TARGET}` });
}

// HTTP/2 frames its content itself: a stream that ended with its header section has none.
function hasContent(message: RequestHead, framing: Framing): boolean {
  if (message.stream !== undefined) return !message.stream.endAfterHeaders;
  return framing.kind === 'chunked' || (framing.kind === 'length' && framing.length > 0);
}

// The authority of an HTTP/2 request is a pseudo-field (RFC 9113 §8.3.1); from here on it is the Host field, and a Host
// field beside it makes two, which are refused.
function fieldLines(message: RequestHead): FieldLines {
  const lines = toFieldLines(message.rawHeaders);
  if (message.httpVersionMajor < 2) return lines;
  const authority = lines.find(([name]) => name === ':authority');
  const regular = lines.filter(([name]) => !name.startsWith(':'));
  return authority === undefined
    ? regular
    : [['host', authority[1]], ...regular.filter(([name, value]) => name !== 'host' || value !== authority[1])];
}

function checkHost(fields: FieldLines, authority: Authority, defaultPort: number): Result<void, Failure> {
  const field = hostField(fields);
  if (!field.ok) return malformed(field.failure);
  const named = parseAuthority(field.value, defaultPort);
  if (!named.ok) return malformed(named.failure);
  if (named.value !== authority && hostKey(named.value) !== hostKey(authority)) {
    return fail({ code: 'name_mismatch', detail: `Found Host ${hostKey(named.value)}, expected ${hostKey(authority)}` });
  }
  return ok(undefined);
}

function hostKey({ host, port }: Authority): string {
  return `${host.kind === 'name' ? host.name : host.address.text} port ${port}`;
}

function httpVersion(message: RequestHead): Accepted['httpVersion'] {
  if (message.httpVersionMajor === 2) return '2';
  return message.httpVersion === '1.0' ? '1.0' : '1.1';
}

function malformed(detail: string): Result<never, Failure> {
  return fail({ code: 'malformed_request', detail });
}
