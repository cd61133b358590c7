import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeExpired, type RetentionRunParts } from '../../../src/app/records/retention-run.ts';
import { retentionTerms } from '../../../src/recording/retention/retention-terms.ts';
import { fail, ok } from '../../../src/core/result.ts';
import type { Milliseconds } from '../../../src/core/units.ts';
import type { OpenJournal } from '../../../src/recording/journal.ts';
import { encodeRemoved, parseRemoved, type RemovedSegment } from '../../../src/recording/retention/removed-segment.ts';
import { createNoteSigner } from '../../../src/recording/tree/signed-note.ts';
import { readCheckpoint } from '../../../src/recording/tree/checkpoint.ts';
import { denial } from '../../recording/events.ts';
import { journalIn, temporaryDirectory } from '../../recording/fixtures.ts';
import { writeLineChain } from '../../recording/line-chain.ts';
import { MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';
import { recordsOf, TEST_KEYS, verified } from '../../support/record-files.ts';

const DAY: Milliseconds = 86_400_000;

interface Written {
  readonly clock: ManualClock;
  readonly journal: OpenJournal;
  readonly parts: RetentionRunParts;
}

/** Ten days, each with two records. */
async function tenDays(retention: Milliseconds = 3 * DAY): Promise<Written> {
  const clock = new ManualClock('2026-11-01T08:00:00Z');
  const directory = temporaryDirectory();
  const journal = await journalIn(directory, { clock, writer: 'w1' });
  for (let day = 0; day < 10; day++) {
    await journal.append(denial(2 * day));
    await journal.append(denial(2 * day + 1));
    clock.advance(DAY);
  }
  const terms = retentionTerms({ metadata: retention, homes: {} });
  if (!terms.ok) throw new Error(terms.failure);
  const means = { signer: TEST_KEYS.signer, directory, clock, random: MACHINE_RANDOM, journal, actor: 'cordon' };
  return { clock, journal, parts: { ...means, terms: terms.value, holds: async () => ok([]), wrapping: [TEST_KEYS.wrapping] } };
}

const filesIn = (directory: string): string[] =>
  readdirSync(directory)
    .filter((name) => /^\d/.test(name))
    .sort();

describe('removeExpired()', () => {
  it('removes what is older than it is kept, on the record, and leaves a chain that is whole', async () => {
    const { journal, parts } = await tenDays();
    expect(filesIn(journal.directory)).toHaveLength(10);
    const removed = await removeExpired(parts);
    expect(removed).toEqual({
      ok: true,
      value: [{ writer: 'w1', segments: [1, 2, 3, 4, 5, 6], thinned: [], held: [], kept: [] }],
    });
    expect(filesIn(journal.directory).slice(4, 8)).toEqual(['00000005.gone', '00000006.gone', '00000007.seg', '00000008.seg']);
    const records = recordsOf(journal.directory);
    expect(records[0]).toMatchObject({ seq: 12, exchange: 'x12' });
    expect(records.at(-1)).toMatchObject({ kind: 'admin', actor: 'cordon', action: 'records.removed', subject: 'writer:w1' });
    await journal.close();
    const note = readFileSync(join(journal.directory, 'checkpoint'), 'utf8');
    const checkpoint = readCheckpoint(note, [TEST_KEYS.signer.verifier]);
    if (typeof checkpoint === 'string') throw new Error(checkpoint);
    const whole = { ok: true, value: { removed: 6, records: 21 } };
    expect(await verified(journal.directory, { checkpoints: [checkpoint] })).toMatchObject(whole);
    expect(await verified(journal.directory, { checkpoints: [checkpoint], wrapping: [] })).toMatchObject(whole);
  });

  it('keeps what somebody holds while it removes, and says on the record what came to nothing', async () => {
    const { journal, parts } = await tenDays();
    let asked = 0;
    const hold = { id: 'h1', createdAt: 0, by: 'audra', reason: 'case 7', since: Date.parse('2026-11-04') };
    // Planned, looked at before the first segment, the second and the third: then it is there.
    const removed = await removeExpired({ ...parts, holds: async () => ok(++asked < 5 ? [] : [hold]) });
    expect(removed).toEqual({
      ok: true,
      value: [
        { writer: 'w1', segments: [1, 2, 3], thinned: [], held: [], kept: [] },
        {
          writer: 'w1',
          segments: [],
          thinned: [],
          held: [4, 5, 6, 7].map((segment) => ({ segment, holds: ['h1'] })),
          kept: [],
        },
      ],
    });
    expect(filesIn(journal.directory).slice(2, 4)).toEqual(['00000003.gone', '00000004.seg']);
    const told = recordsOf(journal.directory).filter(({ kind }) => kind === 'admin');
    expect(told).toMatchObject([
      { action: 'records.removed', details: { segments: ['1', '2', '3', '4', '5', '6'] } },
      { action: 'records.removed', failed: 'held', details: { segments: ['4', '5', '6'] } },
    ]);
  });

  it('removes nothing more once nobody can tell what is held', async () => {
    const { journal, parts } = await tenDays();
    let asked = 0;
    const down = { code: 'store_unavailable', detail: 'gone' } as const;
    expect(await removeExpired({ ...parts, holds: async () => (++asked < 4 ? ok([]) : fail(down)) })).toEqual(fail(down));
    expect(filesIn(journal.directory).filter((name) => name.endsWith('.gone'))).toHaveLength(2);
  });

  it('is done once, however often it is asked for', async () => {
    const { journal, parts } = await tenDays();
    await removeExpired(parts);
    expect(await removeExpired(parts)).toEqual({ ok: true, value: [] });
    expect(recordsOf(journal.directory).filter(({ kind }) => kind === 'admin')).toHaveLength(1);
  });

  it('goes on with the chain after a restart', async () => {
    const { journal, parts, clock } = await tenDays();
    await removeExpired(parts);
    await journal.close();
    const reopened = await journalIn(parts.directory, { clock, writer: 'w1' });
    await reopened.append(denial(99));
    expect(await verified(reopened.directory)).toMatchObject({ ok: true, value: { removed: 6 } });
  });

  it('removes nothing that cannot be recorded', async () => {
    const { journal, parts } = await tenDays();
    const append: typeof journal.append = async () => fail({ code: 'audit_unavailable', detail: 'full' });
    expect(await removeExpired({ ...parts, journal: { append } })).toMatchObject({ ok: false });
    expect(filesIn(journal.directory).every((name) => name.endsWith('.seg'))).toBe(true);
  });

  it('keeps a segment that is broken, and says so', async () => {
    const { journal, parts } = await tenDays();
    const path = join(journal.directory, '00000002.seg');
    writeFileSync(path, readFileSync(path).subarray(0, -1));
    expect(await removeExpired(parts)).toMatchObject({
      ok: true,
      value: [{ segments: [1, 2, 3, 4, 5, 6], kept: [expect.stringMatching(/00000002.seg: Found \d+ bytes of a block/)] }],
    });
    expect(existsSync(path)).toBe(true);
  });

  it('keeps what does not say when it was written: a segment of the first version before another one', async () => {
    const { parts, clock } = await tenDays();
    writeLineChain(join(parts.directory, 'w0'), 'w0', 2, 2);
    clock.advance(100 * DAY);
    const removed = await removeExpired(parts);
    expect(removed.ok && removed.value.map(({ writer }) => writer)).toEqual(['w1']);
    expect(filesIn(join(parts.directory, 'w0'))).toHaveLength(2);
  });

  it('leaves nothing with which anything could be hidden: what stays is part of what is verified', async () => {
    const { journal, parts } = await tenDays();
    await removeExpired(parts);
    const gone = join(journal.directory, '00000003.gone');
    const bytes = readFileSync(gone);
    const changed = Buffer.from(bytes);
    changed[changed.length - 1]! ^= 1;
    writeFileSync(gone, changed);
    expect(await verified(journal.directory)).toMatchObject({
      ok: false,
      failure: { segment: '00000003.gone', reason: expect.stringContaining('Found other hashes') as string },
    });
    writeFileSync(gone, bytes.subarray(0, -32));
    expect(await verified(journal.directory)).toMatchObject({ ok: false, failure: { segment: '00000003.gone' } });
    rmSync(gone);
    expect(await verified(journal.directory)).toMatchObject({ ok: false, failure: { segment: '00000004.gone' } });
    writeFileSync(gone, bytes);
    expect(await verified(journal.directory)).toMatchObject({ ok: true });
  });

  it.each<[string, (mark: RemovedSegment, bytes: Buffer) => Buffer, string]>([
    [
      'another reason',
      (_, bytes) => Buffer.from(bytes.toString('latin1').replace('over"', 'up,,"'), 'latin1'),
      'who does not have the key',
    ],
    [
      'another time',
      (_, bytes) => Buffer.from(bytes.toString('latin1').replace('2026-11', '2026-12'), 'latin1'),
      'who does not have the key',
    ],
    [
      'a key of somebody else',
      (mark) => encodeRemoved(mark, createNoteSigner('cordon-record', Buffer.alloc(32, 9))),
      'who does not have the key',
    ],
    [
      'another chain',
      (mark) => encodeRemoved({ ...mark, writer: 'w2' }, TEST_KEYS.signer),
      'of a segment of "w2", expected one of "w1"',
    ],
    ['another segment', (mark) => encodeRemoved({ ...mark, segment: 4 }, TEST_KEYS.signer), 'what stays of segment 4'],
    [
      'other hashes',
      (mark) => encodeRemoved({ ...mark, leaves: mark.leaves.toReversed() }, TEST_KEYS.signer),
      'from other heads and blocks',
    ],
    [
      'no signature',
      (_, bytes) => Buffer.from(bytes.toString('latin1').replace(' cordon-record ', ' cordon+record '), 'latin1'),
      'nothing can be read',
    ],
  ])('is not taken in by a mark that says %s', async (_, forge, reason) => {
    const { journal, parts } = await tenDays();
    await removeExpired(parts);
    const gone = join(journal.directory, '00000003.gone');
    const bytes = readFileSync(gone);
    const verifiers = [TEST_KEYS.signer.verifier];
    const mark = parseRemoved(bytes, verifiers);
    if (typeof mark === 'string') throw new Error(mark);
    expect(mark).toMatchObject({ writer: 'w1', segment: 3, reason: 'the time that these records are kept for is over' });
    expect(await verified(journal.directory, { verifiers })).toMatchObject({ ok: true });
    const forged = forge(mark, bytes);
    expect(forged.equals(bytes)).toBe(false);
    writeFileSync(gone, forged);
    const found = await verified(journal.directory, { verifiers });
    expect(found).toMatchObject({ ok: false, failure: { reason: expect.stringContaining(reason) as string } });
  });

  it('goes on after a crash between keeping the hashes and removing the segment', async () => {
    const { journal, parts } = await tenDays();
    const segment = readFileSync(join(journal.directory, '00000001.seg'));
    await removeExpired(parts);
    writeFileSync(join(journal.directory, '00000001.seg'), segment);
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { removed: 5 } });
    expect(await removeExpired(parts)).toMatchObject({ ok: true, value: [{ segments: [1] }] });
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { removed: 6 } });
    expect(dirname(journal.directory)).toBe(parts.directory);
  });
});
