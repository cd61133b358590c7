/**
 * What a second worker brings. Load generator and origin run on the cores that the workers are to fill, so where there are two,
 * requests per second cannot double. What is measured is what would let them: the CPU time that a request costs in two workers
 * and their primary, beside what it costs in one process. With a core for each, they carry twice the ratio of the two.
 */
import { join } from 'node:path';
import { figure, median, type Bench, type Line, type Row } from './bench.ts';
import { inTunnel, warmUp } from './cost-rows.ts';
import { runLoad } from './load/run-load.ts';
import { startProxy, type Proxy } from './world/proxies.ts';

const ROW = 'two workers, intercepted HTTPS, 1 KB';
/** Times the capacity of one. */
const TARGET = 1.8;
const job = inTunnel('keep-alive', 'inspected', 'https', '/small');

/** One round. Times in microseconds per request of the whole gateway. */
interface Round {
  readonly all: number;
  readonly busiest: number;
  /** Of load generator and origin. */
  readonly beside: number;
  readonly perSecond: number;
}

export const twoWorkers: Row = async (bench) => {
  await using one = await cordonOf(1, bench);
  await using two = await cordonOf(2, bench);
  for (const proxy of [one, two]) await warmUp(proxy, { row: ROW, per: 'request', job, peers: [] }, bench);
  const rounds: { readonly one: Round; readonly two: Round }[] = [];
  for (let round = 1; round <= bench.rounds; round++) {
    const both = { one: await measureRound(one, bench), two: await measureRound(two, bench) };
    bench.note(`${ROW}, round ${round}: one ${told(both.one)}; two ${told(both.two)}`);
    rounds.push(both);
  }
  return linesOf(rounds);
};

async function cordonOf(workers: number, bench: Bench): Promise<Proxy> {
  const directory = join(bench.directory, `workers-${workers}`);
  const proxy = await startProxy('cordon', { ...bench, directory, workers });
  if (proxy === undefined) throw new Error('Cordon did not start');
  return proxy;
}

async function measureRound(proxy: Proxy, bench: Bench): Promise<Round> {
  const before = { own: proxy.process.cpuSecondsByProcess(), origin: bench.site.origin.cpuSeconds() };
  const { requests, seconds, cpuSeconds = Number.NaN } = await runLoad({ ...job(proxy, bench.site), seconds: bench.seconds });
  const perRequest = (used: number): number => (used / requests) * 1e6;
  const own = [...proxy.process.cpuSecondsByProcess()].map(([pid, used]) => used - (before.own.get(pid) ?? 0));
  return {
    all: perRequest(own.reduce((sum, used) => sum + used, 0)),
    busiest: perRequest(Math.max(...own)),
    beside: perRequest(cpuSeconds + bench.site.origin.cpuSeconds() - before.origin),
    perSecond: requests / seconds,
  };
}

function told({ all, busiest, beside, perSecond }: Round): string {
  return `${figure(all)} µs (busiest process ${figure(busiest)}, beside it ${figure(beside)}), ${figure(perSecond)}/s`;
}

function linesOf(rounds: readonly { readonly one: Round; readonly two: Round }[]): Line[] {
  const of = (workers: 'one' | 'two', name: keyof Round): number => median(rounds.map((round) => round[workers][name]));
  const capacity = rounds.map(({ one, two }) => (2 * one.all) / two.all);
  const reached = rounds.map(({ one, two }) => two.perSecond / one.perSecond);
  const beside = `generator and origin ${figure(of('two', 'beside'))} µs on the same cores`;
  return [
    {
      row: `${ROW}: capacity by CPU time`,
      target: `≥ ${TARGET} × one`,
      cordon: `${figure(of('two', 'all'))} µs, busiest ${figure(of('two', 'busiest'))} µs`,
      against: `one worker ${figure(of('one', 'all'))} µs`,
      ratio: spread(capacity),
      verdict: median(capacity) >= TARGET ? 'met' : 'missed',
    },
    {
      row: `${ROW}: requests per second here`,
      target: '',
      cordon: `${figure(of('two', 'perSecond'))}/s`,
      against: `one worker ${figure(of('one', 'perSecond'))}/s; ${beside}`,
      ratio: spread(reached),
      verdict: 'for information',
    },
  ];
}

function spread(ratios: readonly number[]): string {
  return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`;
}
