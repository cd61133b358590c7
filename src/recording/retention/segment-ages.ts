import { join } from 'node:path';
import type { Instant } from '../../core/units.ts';
import { readSegmentBegan } from '../segment/segment-began.ts';
import { segmentName, segmentNumbers } from '../segment/segment-names.ts';

/** When the segments of a writer were begun, by their numbers, ascending; undefined where that cannot be told. */
export type SegmentAges = ReadonlyMap<number, Instant | undefined>;

/**
 * The ages of all segments of a writer. Heads are read one after the other and beside the event loop, so that years of records hold
 * up no exchange; one that is known is not read again, since a head never changes. Rejects with what the operating system reports.
 * @param known what was told before
 */
export async function segmentAges(directory: string, known: SegmentAges = new Map()): Promise<SegmentAges> {
  const ages = new Map<number, Instant | undefined>();
  for (const number of segmentNumbers(directory))
    ages.set(number, known.get(number) ?? (await readSegmentBegan(join(directory, segmentName(number)))));
  return ages;
}

/** Segments in which something was written before: those that began before; with the last one, which may be written to. */
export function begunBefore(ages: SegmentAges, before: Instant): number[] {
  return [...ages].filter(([, began]) => began !== undefined && began < before).map(([number]) => number);
}

/**
 * Segments all of whose records were written before: those that are followed by one that began before. Never the last one, which
 * is written to.
 */
export function endedBefore(ages: SegmentAges, before: Instant): number[] {
  const numbers = [...ages.keys()];
  const next = numbers.slice(1).findIndex((number) => {
    const began = ages.get(number);
    return began === undefined || began >= before;
  });
  return numbers.slice(0, next === -1 ? Math.max(0, numbers.length - 1) : next);
}
