/** CPU time of the proxy for one piece of work, against peers that do the same work in the same minutes. */
import { setTimeout as pause } from 'node:timers/promises';
import { figure, median, skipped, type Bench, type JobFor, type Line, type Row } from './bench.ts';
import { runLoad } from './load/run-load.ts';
import type { Proxy, ProxyName } from './world/proxies.ts';
import { NAMES } from './world/site.ts';

export interface CostRow {
  readonly row: string;
  /** What the cost is per. */
  readonly per: 'request' | 'GB';
  readonly job: JobFor;
  readonly peers: readonly { readonly name: ProxyName; readonly atMost?: number; readonly stretch?: number }[];
  /** Absolute target, in the unit of the row. */
  readonly atMost?: { readonly limit: number; readonly stretch?: number };
}

/** After the last response a proxy still closes connections and writes its record; that is part of its cost. */
const SETTLE_MS = 200;
/**
 * How much programs get uncounted whose code is compiled while it runs: so many requests or seconds, whichever is reached
 * first. A new connection goes through code that runs once per connection, and V8 compiles by counting calls: 3,000
 * connections after the start one costs twice what it costs after 15,000.
 */
const WARM_UP = { requests: 60_000, seconds: 40 } as const;
const COMPILED_AT_RUN_TIME: ReadonlySet<ProxyName> = new Set(['cordon', 'http-proxy']);

/** Measures one row: every proxy is started, warmed up and then loaded in turn, round after round (A B A B). */
export function costRow(definition: CostRow): Row {
  return async (bench) => {
    const { row, peers, job, per } = definition;
    const lines: Line[] = [];
    const proxies: Proxy[] = [];
    for (const name of ['cordon', ...peers.map((peer) => peer.name)] as const) {
      const proxy = await bench.proxy(name);
      if (proxy === undefined) lines.push(skipped(row, name));
      else proxies.push(proxy);
    }
    for (const proxy of proxies) await warmUp(proxy, definition, bench);
    const costs = new Map<ProxyName, number[]>();
    for (let round = 1; round <= bench.rounds; round++) {
      for (const proxy of proxies) {
        const { cost, rate } = await measure(proxy, { ...job(proxy, bench.site), seconds: bench.seconds }, per);
        bench.note(`${row}, round ${round}: ${proxy.name} ${figure(cost)} ${unitOf(per)}, ${figure(rate)}/s`);
        costs.set(proxy.name, [...(costs.get(proxy.name) ?? []), cost]);
      }
    }
    return [...compared(definition, costs), ...lines];
  };
}

/** Loads a proxy until compilers and caches have done their work. */
export async function warmUp(proxy: Proxy, { row, job, per }: CostRow, bench: Bench): Promise<void> {
  const isCompiled = COMPILED_AT_RUN_TIME.has(proxy.name);
  // Bulk repeats the same few functions from its first second on.
  const rounds = !isCompiled ? 1 : per === 'GB' ? 3 : Math.ceil(WARM_UP.seconds / bench.seconds);
  let requests = 0;
  for (let round = 1; round <= rounds && requests < WARM_UP.requests; round++) {
    const { cost, rate } = await measure(proxy, { ...job(proxy, bench.site), seconds: bench.seconds }, per);
    bench.note(`${row}, warm-up ${round}: ${proxy.name} ${figure(cost)} ${unitOf(per)}`);
    if (per === 'request') requests += rate * bench.seconds;
  }
}

export async function measure(
  { process, name }: Proxy,
  job: Parameters<typeof runLoad>[0],
  per: CostRow['per'],
): Promise<{ cost: number; rate: number }> {
  const before = process.cpuSeconds();
  const { requests, bytes, seconds } = await runLoad(job).catch((error: unknown) => {
    throw new Error(`${name}: ${String(error)}\n${process.output}`);
  });
  await pause(SETTLE_MS);
  const used = process.cpuSeconds() - before;
  if (per === 'GB') return { cost: used / (bytes / 1e9), rate: bytes / 1e9 / seconds };
  return { cost: (used / requests) * 1e6, rate: requests / seconds };
}

function unitOf(per: CostRow['per']): string {
  return per === 'GB' ? 's/GB' : 'µs';
}

function compared({ row, peers, atMost, per }: CostRow, costs: ReadonlyMap<ProxyName, readonly number[]>): Line[] {
  const own = costs.get('cordon') ?? [];
  const cordon = `${figure(median(own))} ${unitOf(per)}`;
  const absolute: Line[] =
    atMost === undefined
      ? []
      : [
          {
            row,
            target: `≤ ${atMost.limit.toFixed(1)} ${unitOf(per)}${stretchText(atMost.stretch)}`,
            cordon,
            against: '',
            ratio: '',
            verdict: median(own) <= atMost.limit ? 'met' : 'missed',
          },
        ];
  const relative = peers.flatMap(({ name, atMost: limit, stretch }): Line[] => {
    const theirs = costs.get(name);
    if (theirs === undefined) return [];
    const ratios = own.map((cost, round) => cost / (theirs[round] ?? Number.NaN));
    const ratio = median(ratios);
    return [
      {
        row,
        target: limit === undefined ? '' : `≤ ${limit} × ${name}${stretchText(stretch)}`,
        cordon,
        against: `${name} ${figure(median(theirs))} ${unitOf(per)}`,
        ratio: `${ratio.toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
        verdict: limit === undefined ? 'for information' : ratio <= limit ? 'met' : 'missed',
      },
    ];
  });
  return [...absolute, ...relative];
}

function stretchText(stretch: number | undefined): string {
  return stretch === undefined ? '' : ` (stretch ${stretch})`;
}

const CONNECTIONS = 32;
const SHARED = { connections: CONNECTIONS, seconds: 0, thinkMs: 0 } as const;

/** Absolute-form requests for 1 KB over kept connections. */
export const plainJob: JobFor = ({ port, host }, { http }) => {
  const authority = `${host(NAMES.plain)}:${http}`;
  return { ...SHARED, kind: 'keep-alive', port, target: `http://${authority}/small`, host: authority };
};

export function inTunnel(
  kind: 'keep-alive' | 'fresh',
  name: keyof typeof NAMES,
  door: 'https' | 'https2' | 'closing',
  target: string,
  connections = CONNECTIONS,
): JobFor {
  return ({ port, caFile, host }, site) => {
    const authority = `${host(NAMES[name])}:${site[door]}`;
    const tls = { serverName: NAMES[name], caFile: name === 'opaque' ? site.caFile : caFile };
    return { ...SHARED, connections, kind, port, connect: authority, tls, target, host: `${NAMES[name]}:${site[door]}` };
  };
}

const BUMP = 'squid ssl-bump';

export const COST_ROWS = {
  plain: costRow({
    row: 'plain HTTP, 1 KB, kept connections',
    per: 'request',
    job: plainJob,
    peers: [{ name: 'squid', atMost: 1, stretch: 0.8 }, { name: 'http-proxy' }],
  }),
  'plain-new': costRow({
    row: 'plain HTTP, 1 KB, new connections',
    per: 'request',
    job: (proxy, site) => ({ ...plainJob(proxy, site), kind: 'fresh' }),
    peers: [{ name: 'squid' }, { name: 'tinyproxy' }],
  }),
  intercepted: costRow({
    row: 'intercepted HTTPS, 1 KB, kept connections',
    per: 'request',
    job: inTunnel('keep-alive', 'inspected', 'https', '/small'),
    peers: [
      { name: BUMP, atMost: 1 },
      { name: 'mitmproxy', atMost: 0.1 },
    ],
  }),
  'new-pooled': costRow({
    row: 'new intercepted connection, pooled upstream',
    per: 'request',
    job: inTunnel('fresh', 'inspected', 'https', '/small'),
    peers: [{ name: BUMP, atMost: 1.3 }],
  }),
  'new-fresh': costRow({
    row: 'new intercepted connection, fresh upstream',
    per: 'request',
    job: inTunnel('fresh', 'inspected', 'closing', '/small'),
    peers: [{ name: BUMP, atMost: 2 }, { name: 'squid ssl-bump, peeking' }],
  }),
  'tunnel-setup': costRow({
    row: 'opaque tunnel: set-up, one request, close',
    per: 'request',
    job: inTunnel('fresh', 'opaque', 'https', '/small'),
    peers: [{ name: 'squid', atMost: 1.3 }],
  }),
  'tunnel-bulk': costRow({
    row: 'opaque tunnel: bulk',
    per: 'GB',
    job: inTunnel('keep-alive', 'opaque', 'https', '/bulk', 4),
    atMost: { limit: 1, stretch: 0.6 },
    peers: [{ name: 'squid' }],
  }),
  'intercepted-bulk': costRow({
    row: 'intercepted: bulk',
    per: 'GB',
    job: inTunnel('keep-alive', 'inspected', 'https', '/bulk', 4),
    atMost: { limit: 1.5 },
    peers: [{ name: BUMP }],
  }),
} satisfies Readonly<Record<string, Row>>;
