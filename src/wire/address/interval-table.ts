import type { Cidr, IpAddress } from '../../core/address.ts';
import { cidrBounds } from './cidr.ts';

/** A block and what is known about it. */
export interface IntervalEntry<T> {
  readonly cidr: Cidr;
  readonly value: T;
}

/** Blocks compiled for look-up: the longest prefix that holds an address wins. */
export interface IntervalTable<T> {
  /** How many distinct blocks there are. */
  readonly size: number;
  /** The entry with the longest matching prefix, the very object that was put in; allocates nothing. */
  lookup(address: IpAddress): IntervalEntry<T> | undefined;
}

/**
 * Compiles blocks of both families. Of two entries for one block the later wins, so that layers of data can be concatenated.
 *
 * @param nested told of every block that lies in another, with the smallest that holds it
 */
export function buildIntervalTable<T>(entries: Iterable<IntervalEntry<T>>, nested?: Nested<T>): IntervalTable<T> {
  const spans4: Span<T>[] = [];
  const spans6: Span<T>[] = [];
  for (const entry of entries) {
    const { first, last } = cidrBounds(entry.cidr);
    (entry.cidr.address.family === 4 ? spans4 : spans6).push({ first, last, entry });
  }
  const v4 = compile(spans4, nested);
  const v6 = compile(spans6, nested);
  return {
    size: v4.size + v6.size,
    lookup: (address) =>
      address.family === 4 ? v4.owners[floorIpv4(v4.starts, address.bits)] : v6.owners[floorIpv6(v6.starts, address.bits)],
  };
}

/** Hears of a block and of the smallest that it lies in. */
export type Nested<T> = (inner: IntervalEntry<T>, outer: IntervalEntry<T>) => void;

/**
 * Disjoint intervals in ascending order: interval `i` reaches from its start to the next start, and belongs to `owners[i]`
 * (undefined: a gap). A start is one word for IPv4 and four for IPv6.
 */
interface Intervals<T> {
  readonly starts: Uint32Array;
  readonly owners: readonly (IntervalEntry<T> | undefined)[];
  /** How many distinct blocks there are. */
  readonly size: number;
}

interface Span<T> {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly entry: IntervalEntry<T>;
}

/** Sweeps over the blocks from low to high. Blocks nest or are apart, so those open at one point are a stack. */
function compile<T>(found: Span<T>[], nested?: Nested<T>): Intervals<T> {
  const spans = distinct(found.sort(outerFirst));
  const starts: number[] = [];
  const owners: (IntervalEntry<T> | undefined)[] = [];
  const open: Span<T>[] = [];
  let latest: readonly number[] | undefined;

  const startAt = (start: readonly number[], owner: IntervalEntry<T> | undefined): void => {
    if (latest !== undefined && compareWords(latest, start) === 0) owners[owners.length - 1] = owner;
    else {
      for (const word of start) starts.push(word);
      owners.push(owner);
      latest = start;
    }
  };
  const closeBefore = (point: readonly number[] | undefined): void => {
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      if (point !== undefined && compareWords(top.last, point) >= 0) return;
      open.pop();
      const next = successor(top.last);
      if (next !== undefined) startAt(next, open.at(-1)?.entry);
    }
  };

  for (const span of spans) {
    closeBefore(span.first);
    const outer = open.at(-1);
    if (outer !== undefined) nested?.(span.entry, outer.entry);
    startAt(span.first, span.entry);
    open.push(span);
  }
  closeBefore(undefined);
  return { starts: Uint32Array.from(starts), owners, size: spans.length };
}

/** Each block once; the order is stable, so the last of equals is the one that was put in last. */
function distinct<T>(sorted: readonly Span<T>[]): readonly Span<T>[] {
  return sorted.filter((span, index) => {
    const next = sorted[index + 1];
    return next === undefined || outerFirst(span, next) !== 0;
  });
}

/** By first address; of blocks that start together the larger comes first. */
function outerFirst<T>(a: Span<T>, b: Span<T>): number {
  return compareWords(a.first, b.first) || a.entry.cidr.prefixLength - b.entry.cidr.prefixLength;
}

function compareWords(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The next address; undefined after the last one there is. */
function successor(words: readonly number[]): readonly number[] | undefined {
  const next = [...words];
  for (let i = next.length - 1; i >= 0; i--) {
    next[i] = (next[i]! + 1) >>> 0;
    if (next[i] !== 0) return next;
  }
  return undefined;
}

/** Position of the last start that is not above the address; -1 when there is none. */
function floorIpv4(starts: Uint32Array, bits: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= bits) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function floorIpv6(starts: Uint32Array, words: readonly number[]): number {
  let low = 0;
  let high = starts.length >>> 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (startsAtOrBelow(starts, middle << 2, words)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function startsAtOrBelow(starts: Uint32Array, offset: number, words: readonly number[]): boolean {
  for (let i = 0; i < 4; i++) {
    const start = starts[offset + i]!;
    const word = words[i]!;
    if (start !== word) return start < word;
  }
  return true;
}
