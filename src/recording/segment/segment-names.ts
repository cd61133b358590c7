import { readdirSync } from 'node:fs';

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
  return readdirSync(directory)
    .map((name) => pattern.exec(name)?.[1])
    .filter((found) => found !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

function digits(number: number): string {
  return String(number).padStart(8, '0');
}
