import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openJournal } from '../../src/recording/journal.ts';
import { readBlockHead } from '../../src/recording/segment/block.ts';
import { readHeader } from '../../src/recording/segment/segment-header.ts';
import { readCheckpoint, type Checkpoint } from '../../src/recording/tree/checkpoint.ts';
import { createRecordKeys } from '../../src/recording/keys/record-keys.ts';
import { MACHINE_RANDOM, ManualClock } from '../support/clock.ts';
import { segmentPaths, TEST_KEYS, verified } from '../support/record-files.ts';
import { readLines } from '../../src/recording/reading/read-lines.ts';
import { appended, content, denial } from './events.ts';
import { journalIn, temporaryDirectory } from './fixtures.ts';

/** As it is given to the record: what it is sealed with is not what is looked at here. */
const CONTENT = Buffer.from('what a session has sealed under a key of its own');

interface Chain {
  readonly directory: string;
  readonly segments: readonly Buffer[];
  readonly checkpoint: Checkpoint;
}

/** Several segments, blocks of one record and of several, with and without content. */
async function makeChain(recordings: string): Promise<Chain> {
  const opened = await openJournal({
    directory: recordings,
    writer: 'w1',
    segmentBytes: 900,
    clock: new ManualClock('2026-11-22T10:00:00Z'),
    random: MACHINE_RANDOM,
    keys: TEST_KEYS,
    durability: 'batched',
    onError: () => {},
  });
  if (!opened.ok) throw new Error(opened.failure.detail);
  const journal = opened.value;
  for (let i = 0; i < 12; i += 3) {
    await journal.append(denial(i));
    const piece = appended(content(CONTENT.toString('base64'), { index: i }));
    await Promise.all([journal.append(denial(i + 1)), journal.append(piece)]);
  }
  await journal.close();
  const { directory } = journal;
  const checkpoint = readCheckpoint(readFileSync(join(directory, 'checkpoint'), 'utf8'), [TEST_KEYS.signer.verifier]);
  if (typeof checkpoint === 'string') throw new Error(checkpoint);
  return { directory, segments: segmentPaths(directory).map((path) => readFileSync(path)), checkpoint };
}

let root: string;
let chain: Chain;

/** A directory with these segments, one at a time. */
function written(segments: readonly (Buffer | undefined)[]): string {
  const directory = join(root, 'changed');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  for (const [index, bytes] of segments.entries()) {
    if (bytes !== undefined) writeFileSync(join(directory, `0000000${index + 1}.seg`), bytes);
  }
  return directory;
}

/** Where the blocks of a segment are. */
function blocksOf(bytes: Buffer): (readonly [from: number, to: number])[] {
  const found = readHeader(bytes);
  if (found.kind !== 'header') throw new Error('no head');
  const blocks: (readonly [number, number])[] = [];
  for (let at = found.length; at < bytes.length;) {
    const { length } = readBlockHead(bytes, at)!;
    blocks.push([at, at + length]);
    at += length;
  }
  return blocks;
}

describe('verifyChain() of sealed blocks', () => {
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'cordon-verify-'));
    chain = await makeChain(root);
    expect(chain.segments.length).toBeGreaterThan(2);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('accepts what was written, with key and checkpoint, with either, with none', async () => {
    const { directory, checkpoint } = chain;
    const whole = { ok: true, value: { writer: 'w1', records: 12, gaps: 0, segments: chain.segments.length, unopened: 0 } };
    expect(await verified(directory, { checkpoints: [checkpoint] })).toMatchObject(whole);
    expect(await verified(directory)).toMatchObject(whole);
    const unopened = chain.segments.length;
    const closed = { ok: true, value: { records: 12, unopened } };
    expect(await verified(directory, { wrapping: [], checkpoints: [checkpoint] })).toMatchObject(closed);
    expect(await verified(directory, { wrapping: [] })).toMatchObject(closed);
  });

  it.each([
    ['a key', true],
    ['a checkpoint alone', false],
  ])('finds every change of a single byte, with %s', async (_, hasKey) => {
    const options = hasKey ? {} : { wrapping: [], checkpoints: [chain.checkpoint] };
    const anyByte = fc.nat({ max: chain.segments.length - 1 }).chain((segment) =>
      fc.record({
        segment: fc.constant(segment),
        at: fc.nat({ max: chain.segments[segment]!.length - 1 }),
        change: fc.integer({ min: 1, max: 255 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(anyByte, async ({ segment, at, change }) => {
        const changed = Buffer.from(chain.segments[segment]!);
        changed[at]! ^= change;
        const report = await verified(written(chain.segments.with(segment, changed)), options);
        expect([segment, at, report.ok]).toEqual([segment, at, false]);
      }),
      { numRuns: 150 },
    );
  });

  it('finds every truncation, of the last segment by a checkpoint', async () => {
    for (const [segment, bytes] of chain.segments.entries()) {
      for (let end = 0; end < bytes.length; end += 23) {
        const directory = written(chain.segments.with(segment, bytes.subarray(0, end)));
        const report = await verified(directory, { checkpoints: [chain.checkpoint] });
        expect([segment, end, report.ok]).toEqual([segment, end, false]);
      }
    }
  });

  it('names the end that is missing', async () => {
    const last = chain.segments.at(-1)!;
    const [from] = blocksOf(last).at(-1)!;
    const directory = written([...chain.segments.slice(0, -1), last.subarray(0, from)]);
    expect(await verified(directory)).toMatchObject({ ok: true });
    const report = await verified(directory, { checkpoints: [chain.checkpoint] });
    expect(report).toMatchObject({
      ok: false,
      failure: { reason: expect.stringMatching(/Found \d+ heads and blocks, expected the \d+ of a checkpoint/) as string },
    });
  });

  it('finds every block that is left out, written twice, or exchanged with the next', async () => {
    for (const [segment, bytes] of chain.segments.entries()) {
      const blocks = blocksOf(bytes);
      const head = bytes.subarray(0, blocks[0]![0]);
      const parts = blocks.map(([from, to]) => bytes.subarray(from, to));
      for (let i = 0; i < parts.length; i++) {
        const changes = [parts.toSpliced(i, 1), parts.toSpliced(i, 0, parts[i]!)];
        if (i + 1 < parts.length) changes.push(parts.with(i, parts[i + 1]!).with(i + 1, parts[i]!));
        for (const changed of changes) {
          const directory = written(chain.segments.with(segment, Buffer.concat([head, ...changed])));
          const report = await verified(directory, { checkpoints: [chain.checkpoint] });
          expect([segment, i, report.ok]).toEqual([segment, i, false]);
        }
      }
    }
  });

  it('names a segment that is missing, and one that is of another writer', async () => {
    expect(await verified(written(chain.segments.map((bytes, index) => (index === 1 ? undefined : bytes))))).toMatchObject({
      ok: false,
      failure: { segment: '00000003.seg', reason: 'Found segment 00000003.seg, expected 00000002.seg' },
    });
    const other = await journalIn(temporaryDirectory(), { writer: 'w2' });
    await other.append(denial(1));
    const directory = written(chain.segments);
    copyFileSync(segmentPaths(other.directory)[0]!, join(directory, `0000000${chain.segments.length + 1}.seg`));
    const report = await verified(directory);
    expect(report).toMatchObject({ ok: false, failure: { segment: expect.stringContaining('.seg') as string } });
  });

  it('names the first record of a block that was changed', async () => {
    const second = chain.segments[1]!;
    const [from] = blocksOf(second)[0]!;
    const changed = Buffer.from(second);
    changed[from + 40]! ^= 1;
    const report = await verified(written(chain.segments.with(1, changed)));
    expect(report).toMatchObject({
      ok: false,
      failure: { segment: '00000002.seg', record: 1, reason: 'Found a block that was changed, or belongs elsewhere' },
    });
    expect(report.ok || report.failure.seq).toBeGreaterThan(0);
  });

  it('says that a key is the wrong one, rather than that a chain is whole', async () => {
    const other = createRecordKeys(new Uint8Array(32).fill(9), new Uint8Array(32));
    expect(await verified(chain.directory, { wrapping: [other.wrapping] })).toMatchObject({
      ok: false,
      failure: { reason: expect.stringContaining(`sealed under the key ${TEST_KEYS.wrapping.id}`) as string },
    });
  });

  it('leaks nothing to who has a wrong key, or none', async () => {
    const other = createRecordKeys(new Uint8Array(32).fill(9), new Uint8Array(32));
    for (const wrapping of [[other.wrapping], []]) {
      const given: Buffer[] = [];
      const reading = (async () => {
        for await (const lines of readLines(chain.directory, wrapping)) given.push(...lines);
      })();
      await expect(reading).rejects.toThrow(`sealed under the key ${TEST_KEYS.wrapping.id}`);
      expect(given).toEqual([]);
    }
    for (const segment of chain.segments) {
      expect(segment.includes('blocked.example')).toBe(false);
      expect(segment.includes(CONTENT)).toBe(false);
    }
  });

  it('refuses a version that is newer than the program', async () => {
    const newer = Buffer.from(chain.segments[0]!.toString('latin1').replace('cordon-segment 3', 'cordon-segment 4'), 'latin1');
    expect(await verified(written([newer]))).toMatchObject({
      ok: false,
      failure: { reason: 'Found version 4 of the format, expected one up to 3: this program is older' },
    });
  });

  it('tells how far it is', async () => {
    const told: number[] = [];
    await verified(chain.directory, { onProgress: (done, total) => told.push(done / total) });
    expect(told).toHaveLength(chain.segments.length);
    expect(told.at(-1)).toBe(1);
  });
});
