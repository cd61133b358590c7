import { opendirSync, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';

const SEGMENT_NAME = /^(\d{8,15})\.seg$/;
const REMOVED_NAME = /^(\d{8,15})\.gone$/;

/** `<n>.seg`, zero-padded so that a directory listing is in order. */
export function segmentName(number: number): string {
  return `${digits(number)}.seg`;
}

/** The segment numbers in a writer's directory, ascending; other files are left alone. */
export function segmentNumbers(directory: string): number[] {
  return numbersIn(directory, SEGMENT_NAME);
}

/** The same beside the event loop: a directory of ten thousand segments takes it 10 ms to list. */
export async function readSegmentNumbers(directory: string): Promise<number[]> {
  return ascending(await readdir(directory), SEGMENT_NAME);
}

/** Whether there are any; no more of the directory is read than it takes to find one. */
export function hasSegments(directory: string): boolean {
  const entries = opendirSync(directory);
  try {
    for (let entry = entries.readSync(); entry !== null; entry = entries.readSync())
      if (SEGMENT_NAME.test(entry.name)) return true;
    return false;
  } finally {
    entries.closeSync();
  }
}

/** `<n>.gone`: what stays of a segment that was removed. */
export function removedName(number: number): string {
  return `${digits(number)}.gone`;
}

/** The numbers of segments that were removed, ascending. */
export function removedNumbers(directory: string): number[] {
  const there = new Set(segmentNumbers(directory));
  // Both are there where a crash came between writing the one and removing the other.
  return numbersIn(directory, REMOVED_NAME).filter((number) => !there.has(number));
}

function numbersIn(directory: string, pattern: RegExp): number[] {
  return ascending(readdirSync(directory), pattern);
}

function ascending(names: readonly string[], pattern: RegExp): number[] {
  return names
    .map((name) => pattern.exec(name)?.[1])
    .filter((found) => found !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

function digits(number: number): string {
  return String(number).padStart(8, '0');
}
