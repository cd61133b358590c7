import { appendFileSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/core/codes.ts';
import { SYNC_INTERVAL } from '../../src/recording/chain-writer.ts';
import { openJournal } from '../../src/recording/journal.ts';
import { verifyChain } from '../../src/recording/verify-chain.ts';
import { MACHINE_RANDOM, ManualClock } from '../support/clock.ts';
import { denial, outcome } from './events.ts';
import { FaultyDisk, journalIn, recordsOf, segmentPaths, temporaryDirectory } from './fixtures.ts';

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
    expect(await verifyChain(journal.directory)).toMatchObject({ ok: true, value: { records: 3, gaps: 0 } });
  });

  it('has the record in the file when append() resolves', async () => {
    const journal = await journalIn(temporaryDirectory());
    expect(await journal.append(denial(1))).toEqual(ok);
    expect(recordsOf(journal.directory)).toHaveLength(1);
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
    expect(await verifyChain(second.directory)).toMatchObject({ ok: true, value: { records: 2, gaps: 0 } });
  });

  it('chains across segments', async () => {
    const directory = temporaryDirectory();
    const journal = await journalIn(directory, { segmentBytes: 1000 });
    for (let i = 0; i < 20; i++) await journal.append(denial(i));
    await journal.close();
    expect(segmentPaths(journal.directory).length).toBeGreaterThan(3);
    const reopened = await journalIn(directory, { segmentBytes: 1000 });
    await reopened.append(denial(20));
    expect(await verifyChain(reopened.directory)).toMatchObject({ ok: true, value: { records: 21, gaps: 0 } });
  });

  it('finds the head in the segment before, when a crash left the last one empty', async () => {
    const directory = temporaryDirectory();
    const journal = await journalIn(directory);
    await journal.append(denial(1));
    await journal.close();
    appendFileSync(join(journal.directory, '00000002.seg'), '');
    const reopened = await journalIn(directory);
    await reopened.append(denial(2));
    expect(await verifyChain(reopened.directory)).toMatchObject({ ok: true, value: { records: 2, segments: 2 } });
  });

  it('cuts a torn last line off and records the gap', async () => {
    const directory = temporaryDirectory();
    const journal = await journalIn(directory);
    await journal.append(denial(1));
    await journal.append(denial(2));
    await journal.close();
    const [segment] = segmentPaths(journal.directory);
    truncateSync(segment!, statSync(segment!).size - 10);
    const reopened = await journalIn(directory);
    const records = recordsOf(reopened.directory);
    expect(records.map((record) => [record['seq'], record['kind']])).toEqual([
      [0, 'decision'],
      [1, 'gap'],
    ]);
    expect(records[1]!['droppedBytes']).toBeGreaterThan(100);
    expect(await verifyChain(reopened.directory)).toMatchObject({ ok: true, value: { records: 2, gaps: 1 } });
  });

  it('cuts off the zeros that a power cut leaves at the end of a file', async () => {
    const directory = temporaryDirectory();
    const journal = await journalIn(directory);
    await journal.append(denial(1));
    await journal.close();
    appendFileSync(segmentPaths(journal.directory)[0]!, `${'\0'.repeat(500)}\n${'\0'.repeat(99)}`);
    const reopened = await journalIn(directory);
    expect(recordsOf(reopened.directory)[1]).toMatchObject({ seq: 1, kind: 'gap', droppedBytes: 600 });
  });

  it('refuses a file whose end no crash explains', async () => {
    const directory = temporaryDirectory();
    const journal = await journalIn(directory);
    await journal.append(denial(1));
    await journal.close();
    appendFileSync(segmentPaths(journal.directory)[0]!, 'not a record\n'.repeat(100_000));
    await expect(journalIn(directory)).rejects.toThrow(/does not end in a record/);
  });

  it('gives a second process a chain of its own, and refuses it the first one', async () => {
    const directory = temporaryDirectory();
    const first = await journalIn(directory);
    const second = await journalIn(directory);
    expect(second.writer).not.toBe(first.writer);
    const options = { clock: new ManualClock('2026-11-22T10:00:00Z'), random: MACHINE_RANDOM, onError: () => {} };
    const third = await openJournal({ ...options, directory, durability: 'batched', writer: first.writer });
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
    expect(await verifyChain(journal.directory)).toMatchObject({ ok: true });
  });

  it('records the event as it was when it was appended', async () => {
    const journal = await journalIn(temporaryDirectory());
    const event = { ...denial(1), target: 'https://before.example/' };
    const appended = journal.append(event);
    event.target = 'https://after.example/';
    await appended;
    expect(recordsOf(journal.directory)[0]!['target']).toBe('https://before.example/');
  });

  it('syncs before it acknowledges under "each", and within the interval under "batched"', async () => {
    const each = new FaultyDisk();
    const strict = await journalIn(temporaryDirectory(), { durability: 'each', openSegment: each.open });
    await strict.append(denial(1));
    expect(each.syncs).toBe(1);

    const batched = new FaultyDisk();
    const relaxed = await journalIn(temporaryDirectory(), { openSegment: batched.open });
    await relaxed.append(denial(1));
    expect(batched.syncs).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, SYNC_INTERVAL * 3));
    expect(batched.syncs).toBe(1);
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
    const journal = await journalIn(temporaryDirectory(), { openSegment: disk.open, onError: (error) => errors.push(error) });
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
    expect(await verifyChain(journal.directory)).toMatchObject({ ok: true, value: { gaps: 1 } });
  });

  it('says so at the end when the disk never came back', async () => {
    const disk = new FaultyDisk();
    const journal = await journalIn(temporaryDirectory(), { openSegment: disk.open });
    disk.room = 0;
    await journal.append(denial(1));
    disk.room = Number.POSITIVE_INFINITY;
    await journal.close();
    expect(recordsOf(journal.directory)).toMatchObject([{ seq: 0, kind: 'gap' }]);
  });

  it('stays unavailable while the torn bytes cannot be cut off', async () => {
    const disk = new FaultyDisk();
    const journal = await journalIn(temporaryDirectory(), { openSegment: disk.open });
    disk.room = 50;
    disk.failTruncate = true;
    await journal.append(denial(1));
    disk.room = Number.POSITIVE_INFINITY;
    expect(await journal.append(denial(2))).toMatchObject({ ok: false });
    disk.failTruncate = false;
    expect(await journal.append(denial(3))).toEqual(ok);
    expect(await verifyChain(journal.directory)).toMatchObject({ ok: true, value: { records: 2, gaps: 1 } });
  });

  it('does not acknowledge under "each" what the medium refused', async () => {
    const disk = new FaultyDisk();
    const journal = await journalIn(temporaryDirectory(), { durability: 'each', openSegment: disk.open });
    disk.failSync = true;
    expect(await journal.append(denial(1))).toMatchObject({ ok: false });
    disk.failSync = false;
    expect(await journal.append(denial(2))).toEqual(ok);
    expect(recordsOf(journal.directory).map((record) => record['exchange'] ?? record['kind'])).toEqual(['gap', 'x2']);
  });

  it('syncs before it acknowledges again, after a sync in the background has failed', async () => {
    const disk = new FaultyDisk();
    const errors: Failure[] = [];
    const journal = await journalIn(temporaryDirectory(), { openSegment: disk.open, onError: (error) => errors.push(error) });
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
    const journal = await journalIn(temporaryDirectory(), { openSegment: disk.open, segmentBytes: 300 });
    await journal.append(denial(1));
    disk.failCreate = true;
    for (let i = 2; i < 8; i++) expect(await journal.append(denial(i))).toEqual(ok);
    disk.failCreate = false;
    for (let i = 8; i < 12; i++) expect(await journal.append(denial(i))).toEqual(ok);
    expect(segmentPaths(journal.directory).length).toBeGreaterThan(1);
    expect(await verifyChain(journal.directory)).toMatchObject({ ok: true, value: { records: 11, gaps: 0 } });
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
    expect(await verifyChain(journal.directory)).toMatchObject({ ok: true });
  });
});

describe('the file of a journal', () => {
  it('AUD-01 is printable ASCII, one line per record', async () => {
    const journal = await journalIn(temporaryDirectory());
    const target = 'https://x.example/\r\n{"seq":9}\u001B[2J\u202Eevil\u2028\u0085\u{E0041}ä';
    await journal.append(denial(1, { target }));
    const text = readFileSync(segmentPaths(journal.directory)[0]!, 'latin1');
    expect(text).toMatch(/^[\x20-\x7e]+\n$/);
    expect(recordsOf(journal.directory)[0]!['target']).toBe(target);
  });
});
