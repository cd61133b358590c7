import type { LoadJob } from './load/load-job.ts';
import type { Proxy, ProxyName } from './world/proxies.ts';
import type { Site } from './world/site.ts';

/** What every row is measured with. */
export interface Bench {
  readonly directory: string;
  readonly site: Site;
  /** Rounds per proxy; every figure is the median over them. */
  readonly rounds: number;
  /** Length of one round. */
  readonly seconds: number;
  /** Arguments of Node for cordon. */
  readonly nodeOptions: readonly string[];
  /** A proxy that runs until the end of the benchmark, started at first use; undefined where it is not installed. */
  proxy(name: ProxyName): Promise<Proxy | undefined>;
  /** Says what is going on, beside the table. */
  note(text: string): void;
}

/** One line of the table. */
export interface Line {
  readonly row: string;
  readonly target: string;
  readonly cordon: string;
  /** What it is compared with, and that one's figure; empty where the target is absolute. */
  readonly against: string;
  /** With the spread over the rounds; empty where nothing is compared. */
  readonly ratio: string;
  readonly verdict: 'met' | 'missed' | 'for information' | 'skipped';
}

/** A job without what the proxy decides. */
export type JobFor = (proxy: Pick<Proxy, 'port' | 'caFile' | 'host'>, site: Site) => LoadJob;

export type Row = (bench: Bench) => Promise<readonly Line[]>;

/** A line for a peer that is not installed. */
export function skipped(row: string, missing: string): Line {
  return { row, target: '', cordon: '', against: `${missing}: not installed`, ratio: '', verdict: 'skipped' };
}

/** A line for a figure that is held to a target by itself. */
export function absolute(row: string, target: string, cordon: string, isMet: boolean, against = ''): Line {
  return { row, target, cordon, against, ratio: '', verdict: isMet ? 'met' : 'missed' };
}

/** The value in the middle; of an even count, the upper of the two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Two or three significant digits, as the figures deserve. */
export function figure(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
