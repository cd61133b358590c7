/** Several ways of doing the same work, loaded in turn, and what each costs beside the first. */
import { figure, median, type Bench, type JobFor, type Line } from './bench.ts';
import { measure, warmUp, type CostRow } from './cost-rows.ts';
import type { Proxy } from './world/proxies.ts';

/** One of the ways. */
export interface Subject {
  readonly name: string;
  readonly proxy: Proxy;
  readonly job: JobFor;
}

/** Microseconds a request by the name of the subject, one for each round. */
export type Costs = ReadonlyMap<string, readonly number[]>;

/**
 * Loads each until it is warm, and then all of them round after round (A B A B).
 * @param per `GB` for work that is long enough to be compiled in a few rounds
 */
export async function inTurns(
  { row, per }: Pick<CostRow, 'row' | 'per'>,
  subjects: readonly Subject[],
  bench: Bench,
): Promise<Costs> {
  for (const { proxy, job } of subjects) await warmUp(proxy, { row, per, job, peers: [] }, bench);
  const costs = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 1; round <= bench.rounds; round++) {
    for (const { name, proxy, job } of subjects) {
      const { cost, rate } = await measure(proxy, { ...job(proxy, bench.site), seconds: bench.seconds }, 'request');
      bench.note(`${row}, round ${round}: ${name} ${figure(cost)} µs, ${figure(rate)}/s`);
      costs.get(name)!.push(cost);
    }
  }
  return costs;
}

/** @param limit how many times as dear `own` may be; absent: it is only told */
export function compared(
  row: string,
  costs: Costs,
  { own, other, limit }: { own: string; other: string; limit?: number },
): Line {
  const [ours, theirs] = [costs.get(own) ?? [], costs.get(other) ?? []];
  const ratios = ours.map((cost, round) => cost / (theirs[round] ?? Number.NaN));
  const ratio = median(ratios);
  return {
    row,
    target: limit === undefined ? '' : `≤ ${limit} × ${other}`,
    cordon: `${figure(median(ours))} µs`,
    against: `${other} ${figure(median(theirs))} µs`,
    ratio: `${ratio.toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
    verdict: limit === undefined ? 'for information' : ratio <= limit ? 'met' : 'missed',
  };
}
