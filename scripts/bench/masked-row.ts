/** What masking costs on the way through: the same requests masked, not masked, and through a peer that cannot mask. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { figure, median, skipped, type Bench, type JobFor, type Line, type Row } from './bench.ts';
import { inTunnel, measure, warmUp } from './cost-rows.ts';
import { chatBytes } from './masking/bodies.ts';
import type { Proxy } from './world/proxies.ts';

const ROW = 'intercepted POST, 300 KB of chat';
const CONTENT_BYTES = 300 * 1024;
const PEER = 'squid ssl-bump';
/** Masking may make a request so many times as dear. */
const AT_MOST = 1.6;

/** Measures one row: cordon with and without masks and the peer in turn, round after round. */
export const maskedPost: Row = async (bench) => {
  const content = { file: join(bench.directory, 'chat.json'), type: 'application/json' };
  await writeFile(content.file, chatBytes(CONTENT_BYTES, { withValues: true }));
  const job = (name: 'masked' | 'inspected'): JobFor => {
    const within = inTunnel('keep-alive', name, 'https', '/v1/messages', 8);
    return (proxy, site) => ({ ...within(proxy, site), content });
  };
  const cordon = await bench.proxy('cordon');
  const peer = await bench.proxy(PEER);
  if (cordon === undefined) throw new Error('Cordon did not start');
  const subjects: readonly Subject[] = [
    { name: 'masked', proxy: cordon, job: job('masked') },
    { name: 'not masked', proxy: cordon, job: job('inspected') },
    ...(peer === undefined ? [] : [{ name: PEER, proxy: peer, job: job('inspected') } as const]),
  ];
  for (const subject of subjects) await warmUp(subject.proxy, { row: ROW, per: 'GB', job: subject.job, peers: [] }, bench);
  const costs = await inTurns(subjects, bench);
  return [compare(costs, 'not masked', AT_MOST), ...(peer === undefined ? [skipped(ROW, PEER)] : [compare(costs, PEER, 1)])];
};

interface Subject {
  readonly name: 'masked' | 'not masked' | typeof PEER;
  readonly proxy: Proxy;
  readonly job: JobFor;
}

type Costs = ReadonlyMap<Subject['name'], readonly number[]>;

async function inTurns(subjects: readonly Subject[], bench: Bench): Promise<Costs> {
  const costs = new Map<Subject['name'], number[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 1; round <= bench.rounds; round++) {
    for (const { name, proxy, job } of subjects) {
      const { cost, rate } = await measure(proxy, { ...job(proxy, bench.site), seconds: bench.seconds }, 'request');
      bench.note(`${ROW}, round ${round}: ${name} ${figure(cost)} µs, ${figure(rate)}/s`);
      costs.get(name)!.push(cost);
    }
  }
  return costs;
}

function compare(costs: Costs, other: Subject['name'], limit: number): Line {
  const own = costs.get('masked') ?? [];
  const theirs = costs.get(other) ?? [];
  const ratios = own.map((cost, round) => cost / (theirs[round] ?? Number.NaN));
  const ratio = median(ratios);
  return {
    row: ROW,
    target: `≤ ${limit} × ${other}`,
    cordon: `${figure(median(own))} µs`,
    against: `${other} ${figure(median(theirs))} µs`,
    ratio: `${ratio.toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
    verdict: ratio <= limit ? 'met' : 'missed',
  };
}
