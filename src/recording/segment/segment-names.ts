import { readdirSync } from 'node:fs';

const SEGMENT_NAME = /^(\d{8,15})\.seg$/;

/** `<n>.seg`, zero-padded so that a directory listing is in order. */
export function segmentName(number: number): string {
  return `${String(number).padStart(8, '0')}.seg`;
}

/** The segment numbers in a writer's directory, ascending; other files are left alone. */
export function segmentNumbers(directory: string): number[] {
  return readdirSync(directory)
    .map((name) => SEGMENT_NAME.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}
