import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ChainIndexer } from '../../../src/app/indexing/chain-indexer.ts';
import { recordsOfExchange } from '../../../src/app/indexing/exchange-records.ts';
import { rebuildIndex } from '../../../src/app/indexing/rebuild-index.ts';
import type { DecisionEvent } from '../../../src/core/exchange/record.ts';
import type { AgentId, ApprovalId, SessionId } from '../../../src/core/ids.ts';
import { UnreadableSegment } from '../../../src/recording/reading/read-lines.ts';
import type { OpenJournal } from '../../../src/recording/journal.ts';
import { denial, outcome } from '../../recording/events.ts';
import { FaultyDisk, journalIn, temporaryDirectory } from '../../recording/fixtures.ts';
import { recordsOf, segmentPaths, TEST_KEYS } from '../../support/record-files.ts';
import { ManualClock } from '../../support/clock.ts';
import { catchUp, indexIn, valueOf } from './index-fixture.ts';

const wrapping = [TEST_KEYS.wrapping];

const of = (n: number, more: Partial<DecisionEvent> = {}): DecisionEvent =>
  denial(n, {
    subject: `bot-${n % 3}` as AgentId,
    session: `s${n % 5}` as SessionId,
    home: n % 2 === 0 ? 'eu' : 'DE+FR',
    target: `https://h${n % 4}.example/path`,
    rules: [],
    place: { entry: 'DE', processing: 'DE', storage: 'unknown' },
    ...more,
  });

/** Exchanges of all sorts: some held and let go, some failed, some that have not ended, one of nobody. */
async function traffic(journal: OpenJournal, clock: ManualClock, from: number, count: number): Promise<void> {
  for (let n = from; n < from + count; n++) {
    clock.advance(7);
    const isHeld = n % 4 === 0;
    if (isHeld) await journal.append(of(n, { decision: 'hold', code: undefined, approval: `ap${n}` as ApprovalId }));
    clock.advance(3);
    await journal.append(isHeld ? of(n, { decision: 'permit', code: undefined }) : of(n));
    if (n % 6 === 5) continue;
    const findings = n % 3 === 0 ? { email: n, iban: 1 } : {};
    await journal.append({ ...outcome(n), bytes: { sent: n, received: 2 * n }, timing: { total: n / 8 }, findings });
  }
  await journal.append({ kind: 'folded', client: '192.0.2.7', code: 'no_rule', count: 3, since: '2026-11-22T10:00:00Z' });
  await journal.append(denial(from + count));
}

describe('the index of a chain', () => {
  it('is the same whether it was made as the record grew, after restarts, or anew from all of it', async () => {
    const directory = temporaryDirectory();
    const clock = new ManualClock('2026-11-22T10:00:00Z');
    const journal = await journalIn(directory, { writer: 'w1', clock, segmentBytes: 4000 });
    const live = await indexIn(temporaryDirectory());
    const chain = { directory: journal.directory, index: live.writer, wrapping };
    for (let round = 0, indexer = new ChainIndexer(chain); round < 8; round++) {
      await traffic(journal, clock, 100 * round, 25);
      // A process that ended, and the next one goes on where it was.
      if (round % 3 === 2) indexer = new ChainIndexer(chain);
      if (round % 2 === 1) await catchUp(indexer);
      else valueOf(await indexer.step());
    }
    await catchUp(new ChainIndexer(chain));
    expect(segmentPaths(journal.directory).length).toBeGreaterThan(3);

    const anew = await indexIn(temporaryDirectory());
    expect(
      valueOf(await rebuildIndex({ directories: [directory], index: anew.writer, wrapping, onProgress: () => {} })),
    ).toEqual(['w1']);
    const expected = await live.all();
    expect(await anew.all()).toEqual(expected);
    expect(expected.exchanges).toHaveLength(8 * 26);
    expect(valueOf(await anew.writer.count())).toBe(8 * 26);
    // Over an index that is there, it is still the same: nothing is counted twice.
    valueOf(await rebuildIndex({ directories: [directory], index: live.writer, wrapping, onProgress: () => {} }));
    expect(await live.all()).toEqual(expected);
  });

  it('says of an exchange what its records say, and leads to them', async () => {
    const directory = temporaryDirectory();
    const clock = new ManualClock('2026-11-22T10:00:00Z');
    const journal = await journalIn(directory, { writer: 'w1', clock, segmentBytes: 900 });
    await traffic(journal, clock, 0, 13);
    const { index, writer } = await indexIn(temporaryDirectory());
    await catchUp(new ChainIndexer({ directory: journal.directory, index: writer, wrapping }));
    const found = valueOf(await index.find('x12'))!;
    expect(found.exchange).toEqual({
      id: 'x12',
      createdAt: clock.now() - 3,
      writer: 'w1',
      seq: 25,
      session: 's2',
      subject: 'bot-0',
      home: 'eu',
      target: 'https://h0.example/path',
      host: 'h0.example',
      decision: 'permit',
      rules: [],
      place: { entry: 'DE', processing: 'DE', storage: 'unknown' },
      approval: 'ap12',
      outcome: { status: 403, sent: 12, received: 24, total: 1.5, findings: { email: 12, iban: 1 } },
    });
    const written = recordsOf(journal.directory).filter((record) => record['exchange'] === 'x12');
    expect(written).toHaveLength(3);
    expect(await recordsOfExchange(found, [directory], wrapping)).toEqual(written);
    // With the segments on another machine there is nothing to show.
    expect(await recordsOfExchange(found, [join(directory, 'elsewhere')], wrapping)).toEqual([]);
    expect(valueOf(await index.session('s2'))).toMatchObject({ decisions: { permit: 1, hold: 1, deny: 2 }, sent: 2 + 7 + 12 });
  });

  it('holds nothing that the medium does not have yet', async () => {
    const disk = new FaultyDisk();
    const journal = await journalIn(temporaryDirectory(), { durability: 'strict', openFile: disk.open });
    const { index, writer } = await indexIn(temporaryDirectory());
    const until = () => journal.durable;
    const indexer = new ChainIndexer({ directory: journal.directory, index: writer, wrapping, until });
    await journal.append(of(1));
    await catchUp(indexer);
    disk.failSync = true;
    expect((await journal.append(of(2))).ok).toBe(false);
    await catchUp(indexer);
    expect(valueOf(await index.list({ limit: 9 })).items.map(({ id }) => id)).toEqual(['x1']);
    disk.failSync = false;
    await journal.append(of(3));
    await catchUp(indexer);
    // What was written in vain has been cut off: it was never there.
    expect(
      valueOf(await index.list({ limit: 9 }))
        .items.map(({ id }) => id)
        .toSorted(),
    ).toEqual(['x1', 'x3']);
  });

  it('several that index one chain at a time add nothing twice', async () => {
    const clock = new ManualClock('2026-11-22T10:00:00Z');
    const journal = await journalIn(temporaryDirectory(), { clock, segmentBytes: 2000 });
    await traffic(journal, clock, 0, 60);
    const shared = await indexIn(temporaryDirectory());
    const chain = { directory: journal.directory, index: shared.writer, wrapping };
    await Promise.all([1, 2, 3].map(() => catchUp(new ChainIndexer(chain))));
    const alone = await indexIn(temporaryDirectory());
    await catchUp(new ChainIndexer({ ...chain, index: alone.writer }));
    expect((await shared.all()).sessions).toEqual((await alone.all()).sessions);
    expect((await shared.all()).exchanges.map(({ exchange }) => exchange)).toEqual(
      (await alone.all()).exchanges.map(({ exchange }) => exchange),
    );
  });

  it('begins again where the index was made anew behind its back', async () => {
    const journal = await journalIn(temporaryDirectory());
    const { index, writer } = await indexIn(temporaryDirectory());
    const indexer = new ChainIndexer({ directory: journal.directory, index: writer, wrapping });
    await journal.append(of(1));
    await catchUp(indexer);
    valueOf(await writer.clear());
    await catchUp(indexer);
    expect(valueOf(await index.list({ limit: 9 })).items).toHaveLength(1);
    valueOf(await writer.clear());
    await journal.append(of(2));
    await catchUp(indexer);
    expect(valueOf(await index.list({ limit: 9 })).items).toHaveLength(2);
  });

  it('tells where the index knows more than the files, which are older than it', async () => {
    const journal = await journalIn(temporaryDirectory(), { writer: 'w1' });
    const { writer } = await indexIn(temporaryDirectory());
    const copy = join(temporaryDirectory(), 'copy');
    await journal.append(of(1));
    const [segment] = segmentPaths(journal.directory);
    copyFileSync(segment!, copy);
    await journal.append(of(2));
    const chain = { directory: journal.directory, index: writer, wrapping };
    await catchUp(new ChainIndexer(chain));
    copyFileSync(copy, segment!);
    expect(valueOf(await new ChainIndexer(chain).step())).toBe('foreign');
    rmSync(segment!);
    expect(valueOf(await new ChainIndexer(chain).step())).toBe('foreign');
  });

  it('cannot be made without the key', async () => {
    const journal = await journalIn(temporaryDirectory());
    await journal.append(of(1));
    const { writer } = await indexIn(temporaryDirectory());
    const indexer = new ChainIndexer({ directory: journal.directory, index: writer, wrapping: [] });
    await expect(indexer.step()).rejects.toThrow(UnreadableSegment);
  });
});
