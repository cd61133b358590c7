/**
 * Measures cordon beside its peers and prints one Markdown table. Everything runs on loopback with bounded load and ends by
 * itself. `docs/performance.md` says what each row means.
 *
 * `npm run bench -- [--only ROW]… [--rounds 5] [--seconds 2] [--profile DIRECTORY]`
 */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench, Line, Row } from './bench.ts';
import { COST_ROWS } from './cost-rows.ts';
import { http2Upstream } from './http2-row.ts';
import { measureHolds } from './holds/hold-rows.ts';
import { maskedPost } from './masked-row.ts';
import { describeMachine, findProgram } from './machine.ts';
import { OTHER_ROWS } from './other-rows.ts';
import { measureRecord } from './record/record-rows.ts';
import { measureSimulation } from './records/simulate-row.ts';
import { startOfCommand } from './run-row.ts';
import { twoWorkers } from './workers-row.ts';
import { startProxy, type Proxy, type ProxyName } from './world/proxies.ts';
import { startSite } from './world/site.ts';

const ROWS: Readonly<Record<string, Row>> = {
  ...COST_ROWS,
  'masked-post': maskedPost,
  'http2-upstream': http2Upstream,
  ...OTHER_ROWS,
  run: startOfCommand,
  workers: twoWorkers,
  holds: measureHolds,
  record: measureRecord,
  simulate: measureSimulation,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    profile: { type: 'string' },
  },
});

async function main(): Promise<number> {
  const unknown = values.only.filter((name) => !(name in ROWS));
  if (unknown.length > 0) {
    process.stderr.write(`Found --only ${unknown.join(', ')}, expected one of ${Object.keys(ROWS).join(', ')}\n`);
    return 2;
  }
  if (process.platform !== 'linux' || findProgram('taskset') === undefined) {
    process.stdout.write(
      'Skipped: CPU time is read from /proc and programs are pinned with taskset, so this needs Linux with util-linux.\n',
    );
    return 0;
  }
  // This process waits and reads /proc: beside the load generator, where its cost does not count.
  execFileSync('taskset', ['-a', '-c', '-p', '0', String(process.pid)], { stdio: 'ignore' });
  const directory = await mkdtemp(join(tmpdir(), 'cordon-bench-'));
  // Squid gives up root and must still read its files.
  await chmod(directory, 0o755);
  try {
    process.stdout.write(`${describeMachine()}\n\n${table(await runRows(directory))}\n`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return 0;
}

async function runRows(directory: string): Promise<Line[]> {
  await using stack = new AsyncDisposableStack();
  const site = stack.use(await startSite(join(directory, 'site')));
  const nodeOptions = await profiling();
  const running = new Map<ProxyName, Proxy | undefined>();
  const proxy = async (name: ProxyName): Promise<Proxy | undefined> => {
    if (!running.has(name)) {
      const started = await startProxy(name, { directory, site, nodeOptions });
      running.set(name, started);
      stack.use(started);
    }
    return running.get(name);
  };
  const bench: Bench = {
    directory,
    site,
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    nodeOptions,
    proxy,
    note: (text) => process.stderr.write(`${text}\n`),
  };
  const lines: Line[] = [];
  for (const [name, row] of Object.entries(ROWS)) {
    if (values.only.length === 0 || values.only.includes(name)) lines.push(...(await row(bench)));
  }
  return lines;
}

async function profiling(): Promise<string[]> {
  if (values.profile === undefined) return [];
  const directory = resolve(values.profile);
  await mkdir(directory, { recursive: true });
  return ['--cpu-prof', `--cpu-prof-dir=${directory}`];
}

function table(lines: readonly Line[]): string {
  const rows = lines.map(
    ({ row, target, cordon, against, ratio, verdict }) => `| ${[row, target, cordon, against, ratio, verdict].join(' | ')} |`,
  );
  return ['| row | target | cordon | against | ratio (spread) | verdict |', '|---|---|---:|---:|---:|---|', ...rows].join('\n');
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main();
