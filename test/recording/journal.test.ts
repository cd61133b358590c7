import { appendFileSync, copyFileSync, cpSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/core/codes.ts';
import { SYNC_INTERVAL } from '../../src/recording/chain/chain-writer.ts';
import { openJournal, type OpenJournal } from '../../src/recording/journal.ts';
import { createRecordKeys, readingKeys } from '../../src/recording/keys/record-keys.ts';
import { readHeader } from '../../src/recording/segment/segment-header.ts';
import { MACHINE_RANDOM, ManualClock } from '../support/clock.ts';
import type { ContentEvent } from '../../src/core/exchange/record.ts';
import type { ExchangeId } from '../../src/core/ids.ts';
import { ContentKey, Nonces } from '../../src/recording/content/content-key.ts';
import { ContentPacker, unpackContent } from '../../src/recording/content/sealed-content.ts';
import { appended, content, denial, outcome } from './events.ts';
import { VERSION_2_KEY, VERSION_2_TEXT, writeVersion2Chain } from './version-2-chain.ts';
import { writeLineChain } from './line-chain.ts';
import { FaultyDisk, journalIn, temporaryDirectory } from './fixtures.ts';
import { linesOf, recordsOf, segmentPaths, TEST_KEYS, verified } from '../support/record-files.ts';

const ok = { ok: true, value: undefined };

describe('openJournal()', () => {
  it('writes records that form a chain from sequence 0', async () => {
    const journal = await journalIn(temporaryDirectory());
    await Promise.all([journal.append(denial(1)), journal.append(outcome(1)), journal.append(denial(2))]);
    const records = recordsOf(journal.directory);
    expect(records.map((record) => [record['seq'], record['kind'], record['writer']])).toEqual([
      [0, 'decision', journal.writer],
      [1, 'outcome', journal.writer],
      [2, 'decision', journal.writer],
    ]);
    expect(records[0]).toMatchObject({ v: 1, time: '2026-11-22T10:00:00.000Z', exchange: 'x1', code: 'no_rule' });
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { records: 3, gaps: 0 } });
  });

  it('has the record in the file when append() resolves', async () => {
    const journal = await journalIn(temporaryDirectory());
    expect(await journal.append(denial(1))).toEqual(ok);
    expect(recordsOf(journal.directory)).toHaveLength(1);
  });

  it('turn() finishes a segment that is too old without a record, once, and the chain goes on', async () => {
    const clock = new ManualClock('2026-11-22T10:00:00Z');
    const journal = await journalIn(temporaryDirectory(), { clock, segmentAge: 1000 });
    await journal.append(denial(1));
    await journal.turn();
    expect(segmentPaths(journal.directory)).toHaveLength(1);
    clock.advance(1000);
    await journal.turn();
    expect(segmentPaths(journal.directory)).toHaveLength(2);
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { records: 1, segments: 2 } });
    // In the new one there is nothing to finish.
    clock.advance(1000);
    await journal.turn();
    expect(segmentPaths(journal.directory)).toHaveLength(2);
    const [turned, written] = await Promise.all([journal.turn(), journal.append(denial(2))]);
    expect([turned, written]).toEqual([undefined, ok]);
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { records: 2, gaps: 0 } });
    await journal.close();
    await journal.turn();
    const again = await journalIn(join(journal.directory, '..'), { clock, segmentAge: 1000, writer: journal.writer });
    expect(await again.append(denial(3))).toEqual(ok);
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { records: 3, gaps: 0 } });
  });

  it('keeps directories at 0700 and files at 0600', async () => {
    const journal = await journalIn(join(temporaryDirectory(), 'recordings'));
    expect(statSync(join(journal.directory, '..')).mode & 0o777).toBe(0o700);
    expect(statSync(journal.directory).mode & 0o777).toBe(0o700);
    expect(statSync(segmentPaths(journal.directory)[0]!).mode & 0o777).toBe(0o600);
    expect(statSync(join(journal.directory, 'lock')).mode & 0o777).toBe(0o600);
  });

  it('continues writer, sequence and chain after a restart', async () => {
    const directory = temporaryDirectory();
    const first = await journalIn(directory);
    await first.append(denial(1));
    await first.close();
    const second = await journalIn(directory);
    await second.append(denial(2));
    expect(second.writer).toBe(first.writer);
    expect(recordsOf(second.directory).map((record) => record['seq'])).toEqual([0, 1]);
    expect(await verified(second.directory)).toMatchObject({ ok: true, value: { records: 2, gaps: 0 } });
  });

  it('chains across segments', async () => {
    const directory = temporaryDirectory();
    const journal = await journalIn(directory, { segmentBytes: 1000 });
    for (let i = 0; i < 20; i++) await journal.append(denial(i));
    await journal.close();
    expect(segmentPaths(journal.directory).length).toBeGreaterThan(3);
    const reopened = await journalIn(directory, { segmentBytes: 1000 });
    await reopened.append(denial(20));
    expect(await verified(reopened.directory)).toMatchObject({ ok: true, value: { records: 21, gaps: 0 } });
  });

  it.each([0, 30, 200])('goes on in the segment before, when a crash left %i bytes of the next one', async (bytes) => {
    const directory = temporaryDirectory();
    const journal = await journalIn(directory);
    await journal.append(denial(1));
    await journal.close();
    const head = readFileSync(segmentPaths(journal.directory)[0]!).subarray(0, bytes);
    writeFileSync(join(journal.directory, '00000002.seg'), head);
    const reopened = await journalIn(directory);
    await reopened.append(denial(2));
    const gaps = bytes === 0 ? 0 : 1;
    expect(await verified(reopened.directory)).toMatchObject({ ok: true, value: { records: 2 + gaps, segments: 1, gaps } });
  });

  it('cuts a torn block off and records the gap', async () => {
    const journal = await journalIn(temporaryDirectory());
    await journal.append(denial(1));
    await journal.append(denial(2));
    const crashed = copyOf(journal);
    const [segment] = segmentPaths(crashed.directory);
    truncateSync(segment!, statSync(segment!).size - 10);
    const reopened = await journalIn(crashed.recordings);
    const records = recordsOf(reopened.directory);
    expect(records.map((record) => [record['seq'], record['kind']])).toEqual([
      [0, 'decision'],
      [1, 'gap'],
    ]);
    expect(records[1]!['droppedBytes']).toBeGreaterThan(100);
    expect(await verified(reopened.directory)).toMatchObject({ ok: true, value: { records: 2, gaps: 1 } });
  });

  it('cuts off a block whose bytes did not all reach the medium', async () => {
    const journal = await journalIn(temporaryDirectory());
    await journal.append(denial(1));
    const { length } = readFileSync(segmentPaths(journal.directory)[0]!);
    await journal.append(denial(2));
    const crashed = copyOf(journal);
    const [segment] = segmentPaths(crashed.directory);
    const bytes = readFileSync(segment!);
    writeFileSync(segment!, bytes.fill(0, length + 60));
    const reopened = await journalIn(crashed.recordings);
    expect(recordsOf(reopened.directory).map((record) => record['kind'])).toEqual(['decision', 'gap']);
  });

  it('cuts off the zeros that a power cut leaves at the end of a file', async () => {
    const directory = temporaryDirectory();
    const journal = await journalIn(directory);
    await journal.append(denial(1));
    await journal.close();
    appendFileSync(segmentPaths(journal.directory)[0]!, '\0'.repeat(600));
    const reopened = await journalIn(directory);
    expect(recordsOf(reopened.directory)[1]).toMatchObject({ seq: 1, kind: 'gap', droppedBytes: 600 });
  });

  it('refuses a file whose end no crash explains', async () => {
    const directory = temporaryDirectory();
    const journal = await journalIn(directory);
    await journal.append(denial(1));
    await journal.close();
    appendFileSync(segmentPaths(journal.directory)[0]!, Buffer.alloc(17 << 20));
    await expect(journalIn(directory)).rejects.toThrow(/expected at most 16777216 after a crash/);
  });

  it('refuses to go on where a record is missing that was signed', async () => {
    const directory = temporaryDirectory();
    const journal = await journalIn(directory);
    await journal.append(denial(1));
    await journal.append(denial(2));
    await journal.close();
    const [segment] = segmentPaths(journal.directory);
    truncateSync(segment!, statSync(segment!).size - 10);
    await expect(journalIn(directory)).rejects.toThrow(/00000001.seg: Found 2 heads and blocks, expected at least the 3/);
    rmSync(segment!);
    await expect(journalIn(directory)).rejects.toThrow(/Found 0 heads and blocks, expected at least the 3/);
  });

  it('refuses to go on after records that are not those that were signed', async () => {
    const directory = temporaryDirectory();
    const journal = await journalIn(directory);
    await journal.append(denial(1));
    await journal.close();
    const other = await journalIn(temporaryDirectory(), { writer: journal.writer });
    await other.append(denial(9));
    copyFileSync(segmentPaths(other.directory)[0]!, segmentPaths(journal.directory)[0]!);
    await expect(journalIn(directory)).rejects.toThrow(/Found other records than those of its checkpoint/);
  });

  it('refuses another key, and says which', async () => {
    const directory = temporaryDirectory();
    await (await journalIn(directory)).close();
    const others = createRecordKeys(new Uint8Array(32).fill(7), new Uint8Array(32).fill(2));
    await expect(journalIn(directory, { keys: others })).rejects.toThrow(
      `Found records sealed under the key ${TEST_KEYS.wrapping.id}, expected one of the keys at hand: ${others.wrapping.id}`,
    );
    const forgers = createRecordKeys(new Uint8Array(32).fill(1), new Uint8Array(32).fill(8));
    await expect(journalIn(directory, { keys: forgers })).rejects.toThrow(/Found a checkpoint signed by cordon-record/);
  });

  it('goes on under another key in a segment of its own, where it has the former one', async () => {
    const directory = temporaryDirectory();
    const journal = await journalIn(directory);
    await journal.append(denial(1));
    const crashed = copyOf(journal);
    const keys = createRecordKeys(new Uint8Array(32).fill(7), new Uint8Array(32).fill(2), [TEST_KEYS.wrapping]);
    const turned = await journalIn(crashed.recordings, { keys });
    await turned.append(denial(2));
    const { wrapping } = readingKeys(keys);
    expect(await verified(turned.directory, { wrapping })).toMatchObject({ ok: true, value: { records: 2, segments: 2 } });
    const last = readHeader(readFileSync(segmentPaths(turned.directory)[1]!));
    expect(last).toMatchObject({ kind: 'header', header: { key: { id: keys.wrapping.id } } });
    // Again a crash, before anything was signed by the second process but at the turn.
    const again = await journalIn(copyOf(turned).recordings, { keys });
    await again.append(denial(3));
    expect(await verified(again.directory, { wrapping })).toMatchObject({ ok: true, value: { records: 3, segments: 2 } });
  });

  it('goes on from a chain of the first version in a segment of its own', async () => {
    const directory = temporaryDirectory();
    writeLineChain(join(directory, 'w1'), 'w1', 3);
    const journal = await journalIn(directory, { writer: 'w1' });
    await journal.append(denial(4));
    expect(recordsOf(journal.directory).map((record) => record['seq'])).toEqual([0, 1, 2, 3]);
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { records: 4, segments: 2 } });
  });

  it('goes on from a chain of the second version in a segment of its own, and both are read', async () => {
    const directory = temporaryDirectory();
    writeVersion2Chain(directory);
    const journal = await journalIn(directory, { writer: 'w1' });
    const key = new ContentKey('k1', VERSION_2_KEY, new Nonces(MACHINE_RANDOM));
    const place = { exchange: 'x2' as ExchangeId, part: 'response', index: 0 } as const;
    const sealed = key.seal(new ContentPacker().pack({ notes: {}, text: Buffer.from('what was answered') }), place);
    await Promise.all([journal.append({ ...appended(content('')), ...place, sealed }), journal.append(denial(3))]);
    const segments = segmentPaths(journal.directory);
    expect(segments.map((path) => readFileSync(path, 'latin1').slice(0, 16))).toEqual(['cordon-segment 2', 'cordon-segment 3']);
    const pieces = recordsOf(journal.directory).filter(({ kind }) => kind === 'content') as unknown as ContentEvent[];
    const texts = pieces.map((piece) => Buffer.from(unpackContent(key.open(piece.sealed, piece)!)!.text).toString());
    expect(texts).toEqual([VERSION_2_TEXT, 'what was answered']);
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { records: 6, segments: 2, gaps: 0 } });
  });

  it('gives a second process a chain of its own, and refuses it the first one', async () => {
    const directory = temporaryDirectory();
    const first = await journalIn(directory);
    const second = await journalIn(directory);
    expect(second.writer).not.toBe(first.writer);
    const options = { clock: new ManualClock('2026-11-22T10:00:00Z'), random: MACHINE_RANDOM, onError: () => {} };
    const third = await openJournal({ ...options, keys: TEST_KEYS, directory, durability: 'batched', writer: first.writer });
    expect(third).toMatchObject({ ok: false, failure: { code: 'audit_unavailable' } });
  });

  it('refuses a writer id that could leave the directory (AUD-08)', async () => {
    await expect(journalIn(temporaryDirectory(), { writer: '../elsewhere' })).rejects.toThrow(/expected/);
  });

  it('AUD-06 counts on when the clock steps back', async () => {
    const clock = new ManualClock('2026-11-22T10:00:00Z');
    const journal = await journalIn(temporaryDirectory(), { clock });
    await journal.append(denial(1));
    clock.step(-3_600_000);
    await journal.append(denial(2));
    const records = recordsOf(journal.directory);
    expect(records.map((record) => record['seq'])).toEqual([0, 1]);
    expect(records[1]!['time']).toBe('2026-11-22T09:00:00.000Z');
    expect(await verified(journal.directory)).toMatchObject({ ok: true });
  });

  it('records the event as it was when it was appended', async () => {
    const journal = await journalIn(temporaryDirectory());
    const event = { ...denial(1), target: 'https://before.example/' };
    const appended = journal.append(event);
    event.target = 'https://after.example/';
    await appended;
    expect(recordsOf(journal.directory)[0]!['target']).toBe('https://before.example/');
  });

  it('syncs before it acknowledges under "strict", and within the interval under "batched"', async () => {
    const each = new FaultyDisk();
    const strict = await journalIn(temporaryDirectory(), { durability: 'strict', openFile: each.open });
    await strict.append(denial(1));
    expect(each.syncs).toBe(1);

    const batched = new FaultyDisk();
    const relaxed = await journalIn(temporaryDirectory(), { openFile: batched.open });
    await relaxed.append(denial(1));
    expect(batched.syncs).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, SYNC_INTERVAL * 3));
    expect(batched.syncs).toBe(1);
  });

  it('writes nothing where nothing is left to write', async () => {
    const journal = await journalIn(temporaryDirectory());
    // The outcome waits for company and gets it: when its time comes there is none.
    void journal.append(outcome(1));
    await journal.append(denial(2));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await journal.append(denial(3));
    expect(recordsOf(journal.directory)).toHaveLength(3);
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { records: 3, tree: { size: 3 } } });
  });

  it('writes what was appended before close(), and nothing after it', async () => {
    const journal = await journalIn(temporaryDirectory());
    const before = journal.append(denial(1));
    const closed = journal.close();
    expect(await journal.append(denial(2))).toMatchObject({ ok: false, failure: { code: 'audit_unavailable' } });
    await closed;
    expect(await before).toEqual(ok);
    expect(recordsOf(journal.directory)).toHaveLength(1);
  });
});

describe('a journal whose disk fails', () => {
  it('AUD-05 refuses when the disk is full, and goes on with a gap record when there is room again', async () => {
    const disk = new FaultyDisk();
    const errors: Failure[] = [];
    const journal = await journalIn(temporaryDirectory(), { openFile: disk.open, onError: (error) => errors.push(error) });
    await journal.append(denial(1));
    disk.room = 100;
    const refused = await Promise.all([journal.append(denial(2)), journal.append(denial(3))]);
    expect(refused).toMatchObject([
      { ok: false, failure: { code: 'audit_unavailable' } },
      { ok: false, failure: { code: 'audit_unavailable' } },
    ]);
    expect(await journal.append(denial(4))).toMatchObject({ ok: false });
    expect(errors).toHaveLength(2);
    disk.room = Number.POSITIVE_INFINITY;
    expect(await journal.append(denial(5))).toEqual(ok);
    const records = recordsOf(journal.directory);
    expect(records.map((record) => [record['seq'], record['exchange'] ?? record['reason']])).toEqual([
      [0, 'x1'],
      [1, 'ENOSPC: write; records refused: 3'],
      [2, 'x5'],
    ]);
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { gaps: 1 } });
  });

  it('says so at the end when the disk never came back', async () => {
    const disk = new FaultyDisk();
    const journal = await journalIn(temporaryDirectory(), { openFile: disk.open });
    disk.room = 0;
    await journal.append(denial(1));
    disk.room = Number.POSITIVE_INFINITY;
    await journal.close();
    expect(recordsOf(journal.directory)).toMatchObject([{ seq: 0, kind: 'gap' }]);
  });

  it('stays unavailable while the torn bytes cannot be cut off', async () => {
    const disk = new FaultyDisk();
    const journal = await journalIn(temporaryDirectory(), { openFile: disk.open });
    disk.room = 50;
    disk.failTruncate = true;
    await journal.append(denial(1));
    disk.room = Number.POSITIVE_INFINITY;
    expect(await journal.append(denial(2))).toMatchObject({ ok: false });
    disk.failTruncate = false;
    expect(await journal.append(denial(3))).toEqual(ok);
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { records: 2, gaps: 1 } });
  });

  it('does not acknowledge under "strict" what the medium refused', async () => {
    const disk = new FaultyDisk();
    const journal = await journalIn(temporaryDirectory(), { durability: 'strict', openFile: disk.open });
    disk.failSync = true;
    expect(await journal.append(denial(1))).toMatchObject({ ok: false });
    disk.failSync = false;
    expect(await journal.append(denial(2))).toEqual(ok);
    expect(recordsOf(journal.directory).map((record) => record['exchange'] ?? record['kind'])).toEqual(['gap', 'x2']);
  });

  it('syncs before it acknowledges again, after a sync in the background has failed', async () => {
    const disk = new FaultyDisk();
    const errors: Failure[] = [];
    const journal = await journalIn(temporaryDirectory(), { openFile: disk.open, onError: (error) => errors.push(error) });
    disk.failSync = true;
    await journal.append(denial(1));
    await new Promise((resolve) => setTimeout(resolve, SYNC_INTERVAL * 3));
    expect(errors).toHaveLength(1);
    expect(await journal.append(denial(2))).toMatchObject({ ok: false });
    disk.failSync = false;
    const syncs = disk.syncs;
    expect(await journal.append(denial(3))).toEqual(ok);
    expect(disk.syncs).toBe(syncs + 1);
    const kinds = recordsOf(journal.directory).map((record) => record['exchange'] ?? record['kind']);
    expect(kinds).toEqual(['x1', 'gap', 'x3']);
  });

  it('keeps the segment when no new one can be created', async () => {
    const disk = new FaultyDisk();
    const journal = await journalIn(temporaryDirectory(), { openFile: disk.open, segmentBytes: 300 });
    await journal.append(denial(1));
    disk.failCreate = true;
    for (let i = 2; i < 8; i++) expect(await journal.append(denial(i))).toEqual(ok);
    disk.failCreate = false;
    for (let i = 8; i < 12; i++) expect(await journal.append(denial(i))).toEqual(ok);
    expect(segmentPaths(journal.directory).length).toBeGreaterThan(1);
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { records: 11, gaps: 0 } });
  });

  it('refuses beyond its queue, and tells of it', async () => {
    const journal = await journalIn(temporaryDirectory(), { queueBytes: 1000 });
    const results = await Promise.all(Array.from({ length: 10 }, (_, i) => journal.append(denial(i))));
    const accepted = results.filter((result) => result.ok).length;
    expect(accepted).toBeGreaterThan(0);
    expect(accepted).toBeLessThan(10);
    await journal.append(denial(11));
    const gap = recordsOf(journal.directory).find((record) => record['kind'] === 'gap');
    expect(gap!['reason']).toBe(`the queue of the record was full; records refused: ${10 - accepted}`);
    expect(await verified(journal.directory)).toMatchObject({ ok: true });
  });
});

describe('the records of a journal', () => {
  it('AUD-01 are printable ASCII, one line each', async () => {
    const journal = await journalIn(temporaryDirectory());
    const target = 'https://x.example/\r\n{"seq":9}\u001B[2J\u202Eevil\u2028\u0085\u{E0041}ä';
    await journal.append(denial(1, { target }));
    const [line, ...others] = linesOf(journal.directory);
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(others).toEqual([]);
    expect(recordsOf(journal.directory)[0]!['target']).toBe(target);
  });

  it('are sealed: nothing of them can be read in the file', async () => {
    const journal = await journalIn(temporaryDirectory());
    for (let i = 0; i < 3; i++) await journal.append(denial(i));
    const text = readFileSync(segmentPaths(journal.directory)[0]!, 'latin1');
    expect(linesOf(journal.directory).join()).toContain('blocked.example');
    expect(text).not.toContain('blocked.example');
    expect(text).not.toContain('no_rule');
  });

  it('take a fifth of their room, one by one, and as they are where there are many and small', async () => {
    const journal = await journalIn(temporaryDirectory());
    const size = (): number => statSync(segmentPaths(journal.directory)[0]!).size;
    const plain = (): number => linesOf(journal.directory).reduce((sum, line) => sum + line.length + 1, 0);
    const head = size();
    for (let i = 0; i < 300; i++) await journal.append(denial(i));
    expect(plain() / (size() - head)).toBeGreaterThan(1.8);
    const [before, plainBefore] = [size(), plain()];
    for (let i = 0; i < 300; i++) await journal.append(denial(i));
    expect((plain() - plainBefore) / (size() - before)).toBeLessThan(1.8);
    expect(await verified(journal.directory)).toMatchObject({ ok: true });
  });
});

/** The files of a journal as they are now, as a crash would leave them. */
function copyOf({ directory, writer }: OpenJournal): { readonly recordings: string; readonly directory: string } {
  const recordings = temporaryDirectory();
  const copy = join(recordings, writer);
  cpSync(directory, copy, { recursive: true, filter: (path) => basename(path) !== 'lock' });
  return { recordings, directory: copy };
}
