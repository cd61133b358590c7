/** The files of a record, read by other means than those of the program where these are what is tested. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verifyChain, type VerifyOptions } from '../../src/recording/chain/verify-chain.ts';
import { createRecordKeys, WrappingKey, type RecordKeys } from '../../src/recording/keys/record-keys.ts';
import { BLOCK_HEAD_BYTES, readBlockHead } from '../../src/recording/segment/block.ts';
import { blockOpener } from '../../src/recording/segment/segment-key.ts';
import { readHeader } from '../../src/recording/segment/segment-header.ts';

/** What journals of tests are written with. */
export const TEST_KEYS: RecordKeys = createRecordKeys(new Uint8Array(32).fill(1), new Uint8Array(32).fill(2));

export function segmentPaths(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.seg'))
    .sort()
    .map((name) => join(directory, name));
}

/** Whether a chain is whole, with the keys of tests. */
export function verified(directory: string, options: Partial<VerifyOptions> = {}): ReturnType<typeof verifyChain> {
  return verifyChain(directory, { wrapping: wrappingKeysOf(directory), checkpoints: [], verifiers: [], ...options });
}

/** Every record of a writer, in order, as far as blocks are whole. */
export function recordsOf(directory: string): { [member: string]: unknown }[] {
  return linesOf(directory).map((line) => JSON.parse(line) as { [member: string]: unknown });
}

/** Every record of a writer as it was written, byte for byte a character, in order, as far as blocks are whole. */
export function linesOf(directory: string): string[] {
  const wrapping = wrappingKeysOf(directory);
  return segmentPaths(directory).flatMap((path) => linesIn(readFileSync(path), wrapping));
}

/** Every record of a writer, one segment in memory at a time: for records that are as long as a soak. */
export function* eachRecordOf(directory: string): Generator<{ [member: string]: unknown }> {
  const wrapping = wrappingKeysOf(directory);
  for (const path of segmentPaths(directory)) {
    for (const line of linesIn(readFileSync(path), wrapping)) yield JSON.parse(line) as { [member: string]: unknown };
  }
}

/** The keys of tests, and those that a gateway made whose data directory this is in. */
function wrappingKeysOf(directory: string): WrappingKey[] {
  const keys = join(directory, '../../keys');
  const made = (existsSync(keys) ? readdirSync(keys) : []).filter((name) => /^records(-.*)?\.key$/.test(name));
  return [TEST_KEYS.wrapping, ...made.map((name) => new WrappingKey(readFileSync(join(keys, name))))];
}

function linesIn(bytes: Buffer, wrapping: readonly WrappingKey[]): string[] {
  const found = readHeader(bytes);
  if (found.kind !== 'header') return found.kind === 'lines' ? split(bytes) : [];
  const opener = blockOpener(found.header, bytes.subarray(0, found.length), wrapping);
  if (typeof opener === 'string') throw new Error(opener);
  const lines: string[] = [];
  for (let at = found.length, index = 0; at + BLOCK_HEAD_BYTES <= bytes.length; index++) {
    const head = readBlockHead(bytes, at);
    // The last one may be half written while the gateway runs.
    if (head === undefined || at + head.length > bytes.length) break;
    if (head.isRemoved) {
      at += head.length;
      continue;
    }
    const block = opener.open(index, bytes.subarray(at, at + head.length), head);
    if (block === undefined) break;
    lines.push(...split(block));
    at += head.length;
  }
  return lines;
}

function split(lines: Buffer): string[] {
  const text = lines.toString('latin1');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '');
}
