import { describeMachine } from '../bench/machine.ts';
import { markdownTable } from '../masking/page/page-block.ts';
import type { Kind } from './ledger.ts';
import { SERIES, type Samples, type Series } from './samples.ts';
import { growth, lowest, mean, type Point } from './slope.ts';

/** All that a soak has measured. */
export interface Measured {
  readonly minutes: number;
  /** Share of the capacity. */
  readonly load: number;
  /** Requests per second. */
  readonly capacity: number;
  readonly rate: number;
  readonly reloads: number;
  readonly counts: Readonly<Record<Kind, number>>;
  readonly samples: Samples;
  /** End of the warm-up, in seconds. */
  readonly from: number;
  /** What the books and the record do not agree on. */
  readonly problems: readonly string[];
}

/** What may grow over the whole time after the warm-up: by a share of its mean, or by this much where that is more. */
const BOUNDS: Partial<Record<Series, { readonly share: number; readonly least: number }>> = {
  heap: { share: 0.1, least: 5 },
  resident: { share: 0.1, least: 10 },
  descriptors: { share: 0.05, least: 4 },
};
/** The collector has been round the whole heap at least once in a window; a soak of minutes has shorter ones. */
const WINDOW_SECONDS = 60;
const FEWEST_WINDOWS = 5;

/** The figures in Markdown, and whatever is not as it has to be. */
export function judge(measured: Measured): { readonly text: string; readonly problems: readonly string[] } {
  const rows = (Object.keys(SERIES) as Series[]).map((series) => row(series, measured));
  const problems = [...measured.problems, ...rows.flatMap(({ problem }) => problem ?? [])];
  return { text: `${summary(measured, problems.length)}\n\n${table(rows.map(({ cells }) => cells))}`, problems };
}

function row(series: Series, { samples, from }: Measured): { cells: readonly string[]; problem?: string } {
  const { title, unit } = SERIES[series];
  const points = samples[series].filter(({ at }) => at >= from);
  const values = points.map(({ value }) => value).sort((a, b) => a - b);
  const figures = [quantile(values, 0.5), quantile(values, 0.99), values.at(-1) ?? 0].map(figure);
  const name = unit === '' ? title : `${title}, ${unit}`;
  const bound = BOUNDS[series];
  if (bound === undefined) return { cells: [name, ...figures, '', ''] };
  const { grown, allowed } = growthOf(points, bound);
  const isFlat = grown <= allowed;
  return {
    cells: [name, ...figures, figure(grown), `≤ ${figure(allowed)}, ${isFlat ? 'met' : 'missed'}`],
    ...(!isFlat && { problem: `${title} grew by ${figure(grown)} ${unit}, and may grow by ${figure(allowed)}` }),
  };
}

function growthOf(points: readonly Point[], { share, least }: { readonly share: number; readonly least: number }) {
  const seconds = (points.at(-1)?.at ?? 0) - (points[0]?.at ?? 0);
  const floor = lowest(points, Math.min(WINDOW_SECONDS, seconds / FEWEST_WINDOWS));
  return { grown: growth(floor), allowed: Math.max(least, share * mean(floor.map(({ value }) => value))) };
}

function table(rows: readonly (readonly string[])[]): string {
  return markdownTable(['', 'median', 'p99', 'most', 'growth', 'bound'], '|---|---:|---:|---:|---:|---|', rows);
}

function summary({ minutes, load, capacity, rate, reloads, counts }: Measured, problems: number): string {
  const kinds = Object.entries(counts).map(([kind, count]) => `${count.toLocaleString('en')} ${kind}`);
  const date = new Date().toISOString().slice(0, 10);
  const found = problems === 0 ? 'no problem' : `${problems} problems`;
  return `${describeMachine()}; ${date}. ${minutes} minutes at ${rate.toFixed(0)} requests/s, ${load * 100} % of the ${capacity.toFixed(0)} that clients and gateway got through together, ${reloads} policies; requests by kind, those that found the capacity included: ${kinds.join(', ')}. Found: ${found}.`;
}

/** The page with other figures in its block. */
export function withSoak(page: string, text: string): string {
  const [begin, end] = ['<!-- begin soak: npm run soak -- --write -->', '<!-- end soak -->'];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error('docs/performance.md has no block "soak"');
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}

function figure(value: number): string {
  return Math.abs(value) < 10 ? value.toFixed(2) : value.toFixed(0);
}
