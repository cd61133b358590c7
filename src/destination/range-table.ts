import type { IpAddress } from '../core/address.ts';
import { cidrOf } from '../wire/address/cidr.ts';
import {
  AMBIGUOUS,
  compileIntervals,
  floorInterval,
  GAP,
  gatherColumns,
  type Choice,
  type Intervals,
} from './tables/ranges/range-intervals.ts';
import type { RangeRows } from './tables/ranges/range-rows.ts';

/** What a published range list says about an address. */
export interface RangeMatch {
  readonly provider: string;
  /** The provider's region or zone, `GLOBAL`, an ISO 3166-2 subdivision, or empty. */
  readonly region: string;
  readonly service: string;
  /** Which of the files the row is from. */
  readonly file: number;
  /** The block that matched, canonical. */
  readonly cidr: string;
  /** Two files of equal rank give this very block to different regions. */
  readonly ambiguous: boolean;
}

/** All range files as one table. */
export interface RangeTable {
  /** The row with the longest prefix that holds the address. */
  lookup(address: IpAddress): RangeMatch | undefined;
}

/** What the number of a file in an interval can count. */
export const MAX_RANGE_FILES = AMBIGUOUS;

/** The compiled form: data only, so that it can be kept in a file (`tables/range-cache.ts`). */
export interface CompiledRanges {
  /** `provider,region,service` */
  readonly labels: readonly string[];
  /** IPv4 regional, IPv4 overriding, IPv6 regional, IPv6 overriding. */
  readonly intervals: readonly [Intervals, Intervals, Intervals, Intervals];
}

/** Compiles the rows of several files. */
export function compileRanges(files: readonly RangeRows[]): CompiledRanges {
  const labels: string[] = [];
  const positions = new Map<string, number>();
  const labelIndex = (label: string): number => {
    const known = positions.get(label);
    if (known !== undefined) return known;
    positions.set(label, labels.length);
    return labels.push(label) - 1;
  };
  const table = (family: 'v4' | 'v6', accepts: (label: string) => boolean): Intervals => {
    const rows = files.map((file) => file[family]);
    const columns = gatherColumns(rows, family === 'v4' ? 1 : 4, accepts, labelIndex);
    return compileIntervals(columns, (first, second) => choose(labels[first]!, labels[second]!));
  };
  const isRegional = (label: string): boolean => !isOverriding(label);
  return {
    labels,
    intervals: [table('v4', isRegional), table('v4', isOverriding), table('v6', isRegional), table('v6', isOverriding)],
  };
}

/** The table of compiled ranges. */
export function rangeTable({ labels, intervals: [v4, v4Over, v6, v6Over] }: CompiledRanges): RangeTable {
  const rows = labels.map((label) => {
    const [provider, region, service] = label.split(',');
    return { provider: provider!, region: region!, service: service! };
  });
  const match = (table: Intervals, words: readonly number[], address: IpAddress): RangeMatch | undefined => {
    const at = floorInterval(table, words);
    const label = table.labels[at] ?? GAP;
    if (label === GAP) return undefined;
    const file = table.files[at]!;
    return {
      ...rows[label]!,
      file: file & ~AMBIGUOUS,
      cidr: cidrOf(address, table.lengths[at]!).text,
      ambiguous: (file & AMBIGUOUS) !== 0,
    };
  };
  return {
    lookup(address) {
      if (address.family === 6) return match(v6Over, address.bits, address) ?? match(v6, address.bits, address);
      const words = [address.bits];
      return match(v4Over, words, address) ?? match(v4, words, address);
    },
  };
}

/**
 * Azure's service tags state that a service without a region answers on prefixes which also stand under a regional tag: Front
 * Door has most of its front ends there. The service is what a client meets, so its tag comes before any regional one.
 */
function isOverriding(label: string): boolean {
  return label.startsWith('azure,GLOBAL,') && label !== 'azure,GLOBAL,AzureCloud';
}

/** Between two rows for one block. `goog.json` lists all of Google with its customers, so `cloud.json` counts before it. */
function choose(first: string, second: string): Choice {
  if (second.startsWith('google,')) return 'first';
  if (first.startsWith('google,')) return 'second';
  return regionOf(first) === regionOf(second) ? 'second' : 'ambiguous';
}

function regionOf(label: string): string {
  return label.slice(0, label.lastIndexOf(','));
}
