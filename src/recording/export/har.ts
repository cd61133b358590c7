import { RECORD_VERSION } from '../../core/exchange/record.ts';
import { parseIpAddress } from '../../wire/address/ip-address.ts';
import { escapeDeceptive } from '../../wire/quote.ts';
import type { JoinedExchange } from './joined-exchange.ts';

/**
 * What was recorded of the content of one exchange, masked, as text. A seam: exchanges whose content is on the record get their
 * bodies through it, and without it an entry holds their sizes alone.
 */
export interface HarBodies {
  readonly request?: HarBody | undefined;
  readonly response?: HarBody | undefined;
}

export interface HarBody {
  readonly mimeType: string;
  readonly text: string;
  /** Set where `text` is not the content itself. */
  readonly encoding?: 'base64';
}

/** Everything before the first entry. The version is that of the records. */
export function harHead(): string {
  const creator = { name: 'Cordon', version: `${RECORD_VERSION}` };
  return `{"log":{"version":"1.2","creator":${JSON.stringify(creator)},"entries":[`;
}

/** Everything after the last entry. */
export const HAR_TAIL = ']}}\n';

/**
 * One exchange as an entry of HTTP Archive 1.2. The record holds no fields, cookies or query values: these are empty, and what
 * HAR has no member for is under `_cordon`. A tunnel is an entry with the method CONNECT.
 */
export function harEntry(exchange: JoinedExchange, bodies: HarBodies = {}): string {
  const { first, decision, outcome } = exchange;
  const total = outcome?.timing.total ?? 0;
  const server = outcome?.dialled === undefined ? undefined : parseIpAddress(outcome.dialled);
  const entry = {
    startedDateTime: first.time,
    time: total,
    request: requestOf(exchange, bodies.request),
    response: responseOf(exchange, bodies.response),
    cache: {},
    timings: timingsOf(total, outcome?.timing.firstByte),
    ...(server?.ok === true && { serverIPAddress: server.value.text }),
    ...(decision.tunnel !== undefined && { connection: decision.tunnel }),
    _cordon: own(exchange),
  };
  // The same value, in characters that show as what they are.
  return escapeDeceptive(JSON.stringify(entry));
}

/** Not known of a recorded message, and HAR wants them. */
const NOT_RECORDED = { httpVersion: 'unknown', cookies: [], headers: [], headersSize: -1 };

function requestOf({ decision, outcome }: JoinedExchange, body: HarBody | undefined): object {
  const { method = 'unknown' } = decision;
  const url = urlOf(decision);
  return {
    method,
    url,
    ...NOT_RECORDED,
    queryString: queryOf(url),
    bodySize: outcome?.bytes.sent ?? -1,
    ...(body !== undefined && { postData: body }),
  };
}

/** HAR wants a URL of every entry: a request that could not be read, or a target that is none, has a name instead. */
function urlOf({ exchangeKind, target }: JoinedExchange['decision']): string {
  if (target === undefined) return 'cordon:unreadable';
  const url = exchangeKind === 'connect' ? `https://${target}/` : target;
  return URL.canParse(url) ? url : 'cordon:unreadable';
}

/** Names alone: values are never recorded. */
function queryOf(url: string): readonly object[] {
  const start = url.indexOf('?');
  if (start < 0) return [];
  return url
    .slice(start + 1)
    .split('&')
    .map((name) => ({ name, value: '' }));
}

function responseOf({ outcome }: JoinedExchange, body: HarBody | undefined): object {
  const received = outcome?.bytes.received;
  return {
    status: outcome?.status ?? 0,
    statusText: '',
    ...NOT_RECORDED,
    content: { size: received ?? 0, mimeType: 'x-unknown', ...body },
    redirectURL: '',
    bodySize: received ?? -1,
  };
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
