import { RECORD_VERSION } from '../../core/exchange/record.ts';
import type { FieldLines } from '../../core/exchange/exchange.ts';
import { parseIpAddress } from '../../wire/address/ip-address.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import { escapeDeceptive } from '../../wire/quote.ts';
import type { HarBodies, HarMessage } from './har-bodies.ts';
import type { DecisionRecord, JoinedExchange } from './joined-exchange.ts';

/** Everything before the first entry. The version is that of the records. */
export function harHead(): string {
  const creator = { name: 'Cordon', version: `${RECORD_VERSION}` };
  return `{"log":{"version":"1.2","creator":${JSON.stringify(creator)},"entries":[`;
}

/** Everything after the last entry. */
export const HAR_TAIL = ']}}\n';

/**
 * One exchange as an entry of HTTP Archive 1.2. Fields, query values and content are there where the rule had content recorded,
 * masked, and empty otherwise; cookies always are. What HAR has no member for is under `_cordon`. A tunnel is an entry with the
 * method CONNECT.
 */
export function harEntry(exchange: JoinedExchange, bodies: HarBodies = {}): string {
  const { first, decision, outcome } = exchange;
  const total = outcome?.timing.total ?? 0;
  const server = outcome?.dialled === undefined ? undefined : parseIpAddress(outcome.dialled);
  const entry = {
    startedDateTime: first.time,
    time: total,
    request: requestOf(exchange, bodies.request),
    response: responseOf(exchange, bodies),
    cache: {},
    timings: timingsOf(total, outcome?.timing.firstByte),
    ...(server?.ok === true && { serverIPAddress: server.value.text }),
    ...(decision.tunnel !== undefined && { connection: decision.tunnel }),
    ...(bodies.messages !== undefined && { _resourceType: 'websocket', _webSocketMessages: bodies.messages }),
    comment: bodies.unopened,
    _cordon: { ...own(exchange), content: notesOf(bodies) },
  };
  // The same value, in characters that show as what they are.
  return escapeDeceptive(JSON.stringify(entry));
}

/** Not known of a recorded message, and HAR wants them. */
const NOT_RECORDED = { httpVersion: 'unknown', cookies: [], headersSize: -1 };

function requestOf({ decision, outcome }: JoinedExchange, message: HarMessage | undefined): object {
  const { method = 'unknown' } = decision;
  const url = urlOf(decision, message?.target);
  return {
    method,
    url,
    ...NOT_RECORDED,
    headers: headersOf(message?.fields),
    queryString: queryOf(url),
    bodySize: outcome?.bytes.sent ?? -1,
    ...postDataOf(message),
  };
}

function postDataOf(message: HarMessage | undefined): object {
  if (message?.body === undefined && message?.comment === undefined) return {};
  const { mimeType = 'x-unknown', text = '', encoding } = message.body ?? {};
  // HAR knows no encoding here.
  return { postData: { mimeType, text, ...(encoding !== undefined && { _encoding: encoding }), comment: message.comment } };
}

/** HAR wants a URL of every entry: a request that could not be read, or a target that is none, has a name instead. */
function urlOf({ exchangeKind, target }: DecisionRecord, recorded: string | undefined): string {
  if (target === undefined) return 'cordon:unreadable';
  const url = exchangeKind === 'connect' ? `https://${target}/` : target;
  if (!URL.canParse(url)) return 'cordon:unreadable';
  // In the record of the decision a query has names alone.
  const query = recorded?.includes('?') === true ? recorded.slice(recorded.indexOf('?')) : undefined;
  return query === undefined ? url : `${url.split('?', 1)[0]}${query.replaceAll(NO_URI, encodeURIComponent)}`;
}

/** What a query holds no more once it was masked, or cut (RFC 3986 §3.4). */
const NO_URI = /[^\x21-\x7e]|["<>[\\\]^`{|}#]/g;

function queryOf(url: string): readonly object[] {
  const start = url.indexOf('?');
  if (start < 0) return [];
  return url
    .slice(start + 1)
    .split('&')
    .map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0 ? { name: pair, value: '' } : { name: pair.slice(0, equals), value: pair.slice(equals + 1) };
    });
}

function headersOf(fields: FieldLines = []): readonly object[] {
  return fields.map(([name, value]) => ({ name, value }));
}

function responseOf({ outcome }: JoinedExchange, { response: message, unopened }: HarBodies): object {
  const received = outcome?.bytes.received ?? 0;
  const fields = message?.fields ?? [];
  const unrecorded = received > 0 ? (unopened ?? NO_CONTENT) : undefined;
  return {
    status: outcome?.status ?? 0,
    statusText: '',
    ...NOT_RECORDED,
    headers: headersOf(fields),
    content: {
      size: received,
      mimeType: 'x-unknown',
      ...message?.body,
      comment: message === undefined ? unrecorded : message.comment,
    },
    redirectURL: fieldValue(fields, 'location') ?? '',
    bodySize: outcome?.bytes.received ?? -1,
  };
}

const NO_CONTENT = 'The record holds no content of this answer';

/** What is to be said of the content, where any was recorded. */
function notesOf({ request, response, unopened }: HarBodies): object | undefined {
  if (request === undefined && response === undefined && unopened === undefined) return undefined;
  return { request: request?.notes, response: response?.notes, unopened };
}

/** Milliseconds. Until the first byte it is waited; without one, to the end. */
function timingsOf(total: number, firstByte = total): object {
  const wait = Math.min(firstByte, total);
  return { send: 0, wait, receive: total - wait };
}

function own({ decision, outcome }: JoinedExchange): object {
  const { exchange, session, subject, home, place, rules, code, reason, transfer, policy } = decision;
  const { findings, code: ended, detail } = outcome ?? {};
  return {
    exchange,
    session,
    subject,
    home,
    place,
    decision: decision.decision,
    code,
    reason,
    rules,
    transfer,
    policy,
    findings,
    outcome: outcome === undefined ? 'open' : { code: ended, detail },
  };
}
