import type { FamilyRows } from './range-rows.ts';

/**
 * Disjoint intervals of one address family in ascending order, in typed arrays, so that they load from a file as they are.
 * Interval `i` reaches from its start to the next start and says `labels[i]`.
 */
export interface Intervals {
  /** Words of an address: 1 for IPv4, 4 for IPv6. */
  readonly words: 1 | 4;
  readonly starts: Uint32Array;
  /** Position in the list of labels; {@link GAP} where no block is. */
  readonly labels: Uint32Array;
  /** Prefix length of the block that the interval is part of. */
  readonly lengths: Uint8Array;
  /** Which file the block is from; with {@link AMBIGUOUS} added where two files place it differently. */
  readonly files: Uint8Array;
}

export const GAP = 0xffffffff;
export const AMBIGUOUS = 0x80;

/** Rows of all files for one table, in columns; labels are positions in a shared list. */
export interface Columns {
  readonly words: 1 | 4;
  readonly starts: Uint32Array;
  readonly lengths: Uint8Array;
  readonly labels: Uint32Array;
  readonly files: Uint8Array;
}

/** Which of two rows for one block counts: the first, the second, or neither for certain. */
export type Choice = 'first' | 'second' | 'ambiguous';

/** The rows of several files that `accepts` takes, one after the other. */
export function gatherColumns(
  files: readonly FamilyRows[],
  words: 1 | 4,
  accepts: (label: string) => boolean,
  labelIndex: (label: string) => number,
): Columns {
  const rows = files.flatMap(({ labels }, file) => labels.flatMap((label, row) => (accepts(label) ? { file, row } : [])));
  const columns: Columns = {
    words,
    starts: new Uint32Array(rows.length * words),
    lengths: new Uint8Array(rows.length),
    labels: new Uint32Array(rows.length),
    files: new Uint8Array(rows.length),
  };
  for (const [i, { file, row }] of rows.entries()) {
    const from = files[file]!;
    for (let word = 0; word < words; word++) columns.starts[i * words + word] = from.starts[row * words + word]!;
    columns.lengths[i] = from.lengths[row]!;
    columns.labels[i] = labelIndex(from.labels[row]!);
    columns.files[i] = file;
  }
  return columns;
}

/** Compiles rows to intervals: the longest prefix wins, and `choose` decides between rows for one block. */
export function compileIntervals(columns: Columns, choose: (first: number, second: number) => Choice): Intervals {
  const sorted = Uint32Array.from(columns.labels.keys()).sort((a, b) => compareRows(columns, a, b) || a - b);
  const order: number[] = [];
  for (const row of sorted) {
    const previous = order.at(-1);
    if (previous === undefined || compareRows(columns, previous, row) !== 0) {
      order.push(row);
      continue;
    }
    const choice = choose(columns.labels[previous]!, columns.labels[row]!);
    if (choice === 'second') order[order.length - 1] = row;
    if (choice === 'ambiguous') columns.files[previous]! |= AMBIGUOUS;
  }
  return sweep(columns, order);
}

/** Position of the interval that an address is in; -1 below the first. */
export function floorInterval({ starts, words: width }: Intervals, words: readonly number[]): number {
  let low = 0;
  let high = starts.length / width;
  while (low < high) {
    const middle = (low + high) >>> 1;
    let difference = 0;
    for (let i = 0; i < width && difference === 0; i++) difference = starts[middle * width + i]! - words[i]!;
    if (difference <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Sweeps over the blocks from low to high. Blocks nest or are apart, so those open at one point are a stack. */
function sweep(columns: Columns, order: readonly number[]): Intervals {
  const { words } = columns;
  const starts: number[] = [];
  const owners: number[] = [];
  const open: { row: number; last: Uint32Array }[] = [];
  const startAt = (point: Uint32Array, owner: number): void => {
    const previous = (owners.length - 1) * words;
    if (owners.length > 0 && point.every((word, i) => word === starts[previous + i])) owners[owners.length - 1] = owner;
    else {
      for (const word of point) starts.push(word);
      owners.push(owner);
    }
  };
  const closeBefore = (point: Uint32Array | undefined): void => {
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      if (point !== undefined && !isBelow(top.last, point)) return;
      open.pop();
      const next = successor(top.last);
      if (next !== undefined) startAt(next, open.at(-1)?.row ?? -1);
    }
  };
  for (const row of order) {
    const first = columns.starts.subarray(row * words, (row + 1) * words);
    closeBefore(first);
    startAt(first, row);
    open.push({ row, last: lastOf(first, columns.lengths[row]!) });
  }
  closeBefore(undefined);
  return {
    words,
    starts: Uint32Array.from(starts),
    labels: Uint32Array.from(owners, (row) => (row < 0 ? GAP : columns.labels[row]!)),
    lengths: Uint8Array.from(owners, (row) => (row < 0 ? 0 : columns.lengths[row]!)),
    files: Uint8Array.from(owners, (row) => (row < 0 ? 0 : columns.files[row]!)),
  };
}

function compareRows({ words, starts, lengths }: Columns, a: number, b: number): number {
  for (let i = 0; i < words; i++) {
    const difference = starts[a * words + i]! - starts[b * words + i]!;
    if (difference !== 0) return difference;
  }
  return lengths[a]! - lengths[b]!;
}

function isBelow(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i]! < b[i]!;
  }
  return false;
}

function lastOf(first: Uint32Array, prefixLength: number): Uint32Array {
  return first.map((word, i) => {
    const bits = Math.min(32, Math.max(0, prefixLength - 32 * i));
    return bits === 32 ? word : word | (0xffffffff >>> bits);
  });
}

/** The next address; undefined after the last one there is. */
function successor(words: Uint32Array): Uint32Array | undefined {
  const next = words.slice();
  for (let i = next.length - 1; i >= 0; i--) {
    next[i]! += 1;
    if (next[i] !== 0) return next;
  }
  return undefined;
}
