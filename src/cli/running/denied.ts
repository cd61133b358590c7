import { setTimeout as pause } from 'node:timers/promises';
import type { Failure } from '../../core/codes.ts';
import type { ExchangeIndex, IndexedExchange } from '../../core/exchange/exchange-index.ts';
import type { ListCursor } from '../../core/page.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';

/** Requests of one kind that were denied for one reason. */
export interface Denied {
  /** As a URL has it: IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
  readonly method: string;
  readonly code: string;
  count: number;
  /** As recorded: masked, without queries; none of a tunnel. */
  readonly paths: Set<string>;
  /** Rules that were decisive. */
  readonly rules: Set<string>;
  /** Where it would have been processed. */
  readonly places: Set<string>;
}

/** Whose denials, and from when on. */
export interface DeniedOf {
  readonly session: string;
  readonly since: Instant;
}

const PAGE = 500;
/** More are told of by `cordon sessions`. */
const MOST = 10_000;
/** The index follows the record twice a second. */
const SETTLED: Milliseconds = 5_000;
const AGAIN: Milliseconds = 100;

/**
 * Waits until a page that the gateway gave in this session is indexed, and with it all that its writer recorded before; false
 * where that takes too long.
 */
export async function isIndexed(index: ExchangeIndex, page: DeniedOf): Promise<boolean> {
  for (let waited = 0; waited < SETTLED; waited += AGAIN) {
    const found = await index.list({ ...page, host: 'cordon.internal', limit: 1 });
    if (found.ok && found.value.items.length > 0) return true;
    await pause(AGAIN);
  }
  return false;
}

/** What was denied, by host, port, method and code; the most frequent first. */
export async function deniedOf(index: ExchangeIndex, of: DeniedOf): Promise<Result<readonly Denied[], Failure>> {
  const denied = new Map<string, Denied>();
  let after: ListCursor | undefined;
  for (let seen = 0; seen < MOST; seen += PAGE) {
    const page = await index.list({ ...of, decision: 'deny', limit: PAGE, ...(after !== undefined && { after }) });
    if (!page.ok) return page;
    for (const exchange of page.value.items) add(denied, exchange);
    after = page.value.next;
    if (after === undefined) break;
  }
  return ok([...denied.values()].sort((a, b) => b.count - a.count));
}

function add(denied: Map<string, Denied>, exchange: IndexedExchange): void {
  const { method = '-', code = '-', rules, place } = exchange;
  const { host, port, path } = whither(exchange);
  const key = JSON.stringify([host, port, method, code]);
  const row = denied.get(key) ?? { host, port, method, code, count: 0, paths: new Set(), rules: new Set(), places: new Set() };
  denied.set(key, row);
  row.count += 1;
  if (path !== undefined) row.paths.add(path);
  for (const rule of rules) row.rules.add(rule);
  if (place !== undefined) row.places.add(place.processing);
}

function whither({ kind, target = '' }: IndexedExchange): {
  readonly host: string;
  readonly port: number;
  readonly path?: string;
} {
  const isTunnel = kind === 'connect';
  const url = URL.parse(isTunnel ? `tunnel://${target}` : target);
  if (url === null) return { host: '-', port: 0 };
  const usual = url.protocol === 'http:' || url.protocol === 'ws:' ? 80 : 443;
  return { host: url.hostname, port: url.port === '' ? usual : Number(url.port), ...(!isTunnel && { path: url.pathname }) };
}
