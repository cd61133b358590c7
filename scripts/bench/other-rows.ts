/** Rows that are not about CPU time per request: decisions, latency, memory, start-up. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { absolute, figure, median, type Bench, type Line, type Row } from './bench.ts';
import { writeCordonFiles } from './world/cordon-files.ts';
import { plainJob } from './cost-rows.ts';
import { holdTunnels, runLoad } from './load/run-load.ts';
import type { LoadResult } from './load/load-job.ts';
import { freePort } from '../../test/support/free-port.ts';
import { openFilesLimit } from './machine.ts';
import { pinned, startPinned } from './pinned-process.ts';
import { cordonProgram, startProxy, type Proxy } from './world/proxies.ts';
import { NAMES } from './world/site.ts';

export const OTHER_ROWS = {
  decision: measureDecision,
  latency: measureLatency,
  idle: measureIdleTunnels,
  start: measureStart,
} satisfies Readonly<Record<string, Row>>;

/** A cordon of the row's own, which has done nothing yet. */
async function freshCordon(row: string, bench: Bench): Promise<Proxy> {
  const proxy = await startProxy('cordon', { ...bench, directory: join(bench.directory, row) });
  if (proxy === undefined) throw new Error('Cordon did not start');
  return proxy;
}

/** The program that times single decisions, alone on the proxy's core; its line about mixed traffic counts. */
async function measureDecision(bench: Bench): Promise<readonly Line[]> {
  const { command, args } = pinned('proxy', process.execPath, [join(import.meta.dirname, 'decision.ts')]);
  const { stdout } = await promisify(execFile)(command, args, { timeout: 120_000 });
  bench.note(stdout.trim());
  const found = /^decide mixed +p50 +([\d.]+) µs.* p99 +([\d.]+) µs/m.exec(stdout);
  const [p50, p99] = [Number(found?.[1]), Number(found?.[2])];
  return [
    absolute('decision, 10,000 rules and 60,000 ranges, p50', '≤ 3 µs', `${figure(p50)} µs`, p50 <= 3),
    absolute('decision, 10,000 rules and 60,000 ranges, p99', '≤ 10 µs', `${figure(p99)} µs`, p99 <= 10),
  ];
}

const LATENCY_CONNECTIONS = 64;
const WARM_UP_ROUNDS = 3;

/** Plain requests at half of the rate that saturates cordon here, straight to the origin and through cordon, in turns. */
async function measureLatency(bench: Bench): Promise<readonly Line[]> {
  const proxy = await bench.proxy('cordon');
  if (proxy === undefined) throw new Error('Cordon did not start');
  const through = { ...plainJob(proxy, bench.site), seconds: bench.seconds };
  for (let round = 0; round < WARM_UP_ROUNDS; round++) await runLoad(through);
  const full = await runLoad(through);
  const rate = full.requests / full.seconds / 2;
  const thinkMs = Math.round((LATENCY_CONNECTIONS / rate) * 1000);
  const paced = { ...through, connections: LATENCY_CONNECTIONS, thinkMs };
  const straight = { ...paced, port: bench.site.http, target: '/small' };
  const rounds: { direct: LoadResult; proxied: LoadResult }[] = [];
  for (let round = 0; round < bench.rounds; round++) {
    rounds.push({ direct: await runLoad(straight), proxied: await runLoad(paced) });
  }
  const line = (share: 'p50' | 'p99', limit: number): Line => {
    const direct = median(rounds.map((each) => each.direct.latency[share])) / 1000;
    const proxied = median(rounds.map((each) => each.proxied.latency[share])) / 1000;
    const row = `added latency at half load, ${share}`;
    return absolute(
      row,
      `≤ ${limit} ms`,
      `${(proxied - direct).toFixed(2)} ms`,
      proxied - direct <= limit,
      `direct ${direct.toFixed(2)} ms`,
    );
  };
  const reached = median(rounds.map(({ proxied }) => proxied.requests / proxied.seconds));
  bench.note(`latency: full rate ${figure(rate * 2)}/s, half load reached ${figure(reached)}/s`);
  return [line('p50', 1), line('p99', 5)];
}

const IDLE_TUNNELS = 8_000;
/** Long enough for V8 to notice that nothing happens any more and to give back what opening them took. */
const IDLE_MS = 25_000;

/** Resident memory that 8,000 opaque tunnels add once they stand and are left alone. */
async function measureIdleTunnels(bench: Bench): Promise<readonly Line[]> {
  const row = `idle opaque tunnels, ${IDLE_TUNNELS.toLocaleString('en')}`;
  // Two sockets for each, at the proxy as at the generator, which is client and origin in one.
  if (openFilesLimit() < 2 * IDLE_TUNNELS + 500) {
    return [{ row, target: '≤ 20 KB each', cordon: '', against: 'ulimit -n is too low', ratio: '', verdict: 'skipped' }];
  }
  await using proxy = await freshCordon('idle', bench);
  const authority = `${NAMES.opaque}:${bench.site.idle}`;
  const job = {
    kind: 'idle',
    port: proxy.port,
    connect: authority,
    target: '',
    host: NAMES.opaque,
    seconds: 60,
    thinkMs: 0,
    originPort: bench.site.idle,
  } as const;
  // The first tunnels pay for code and caches that all later ones share.
  await using stack = new AsyncDisposableStack();
  const first = await holdTunnels({ ...job, connections: 500 });
  await first[Symbol.asyncDispose]();
  await pause(1_000);
  const before = proxy.process.residentBytes();
  const held = stack.use(await holdTunnels({ ...job, connections: IDLE_TUNNELS }));
  await pause(IDLE_MS);
  const each = (proxy.process.residentBytes() - before) / held.count / 1000;
  return [absolute(row, '≤ 20 KB each', `${figure(each)} KB`, each <= 20)];
}

/** From the start of the process until `/readyz` says so, with the compile cache that an earlier start left. */
async function measureStart(bench: Bench): Promise<readonly Line[]> {
  const directory = join(bench.directory, 'start');
  await mkdir(directory, { recursive: true });
  const [proxy, admin] = [await freePort(), await freePort()];
  await writeCordonFiles(directory, bench.site, { proxy, admin });
  const times: number[] = [];
  for (let round = 0; round <= bench.rounds; round++) {
    const start = performance.now();
    await using started = startPinned(cordonProgram(directory, bench.nodeOptions));
    while (!(await isReady(admin))) {
      if (started.hasEnded || performance.now() - start > 30_000)
        throw new Error(`Cordon did not get ready:\n${started.output}`);
      await pause(5);
    }
    if (round > 0) times.push(performance.now() - start);
  }
  return [absolute('start to ready, warm compile cache', '≤ 1 s', `${figure(median(times) / 1000)} s`, median(times) <= 1000)];
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path: '/readyz', agent: new Agent() }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('error', () => resolve(false));
  });
}
