import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ok } from '../../../src/core/result.ts';
import { removeExpired, type RetentionRunParts } from '../../../src/app/records/retention-run.ts';
import type { LegalHold } from '../../../src/core/exchange/legal-hold.ts';
import type { DecisionEvent } from '../../../src/core/exchange/record.ts';
import type { AgentId, ExchangeId, SessionId } from '../../../src/core/ids.ts';
import { openJournal } from '../../../src/recording/journal.ts';
import { ChainFollower } from '../../../src/recording/reading/chain-follower.ts';
import { type GivenTerms, retentionTerms, type RetentionTerms } from '../../../src/recording/retention/retention-terms.ts';
import { RecordJudge } from '../../../src/recording/retention/record-judge.ts';
import { createShelves } from '../../../src/recording/retention/shelves.ts';
import { denial, outcome } from '../../recording/events.ts';
import { journalIn, temporaryDirectory } from '../../recording/fixtures.ts';
import { MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';
import { recordsOf, TEST_KEYS, verified } from '../../support/record-files.ts';

const DAY = 86_400_000;

function termsOf(given: GivenTerms): RetentionTerms {
  const terms = retentionTerms(given);
  if (!terms.ok) throw new Error(terms.failure);
  return terms.value;
}

const TERMS = termsOf({ metadata: 10 * DAY, content: 2 * DAY, admin: 30 * DAY, homes: { ch: { metadata: 4 * DAY } } });

const inHome = (exchange: number, home: string, more: Partial<DecisionEvent> = {}): DecisionEvent =>
  denial(exchange, { home, session: `s${exchange}` as SessionId, subject: `${home}-bot` as AgentId, ...more });

/** Content, metadata of two homes and an admin record each day, for six days. */
async function sixDays(terms = TERMS) {
  const clock = new ManualClock('2026-11-01T08:00:00Z');
  const directory = temporaryDirectory();
  const journal = await journalIn(directory, { clock, writer: 'w1', shelfOf: createShelves(terms) });
  for (let day = 0; day < 6; day++) {
    await Promise.all([journal.append(inHome(2 * day, 'eu')), journal.append(inHome(2 * day + 1, 'ch'))]);
    const exchange = `x${2 * day}` as ExchangeId;
    const sealed = Buffer.alloc(300, day);
    await Promise.all([
      journal.append({ kind: 'content', exchange, part: 'request', index: 0, at: 0, bytes: 9, key: 'k', sealed }),
      journal.append(outcome(2 * day)),
      journal.append(outcome(2 * day + 1)),
      journal.append({ kind: 'admin', actor: 'anna', action: 'policy.reloaded' }),
    ]);
    clock.advance(DAY);
  }
  const keys = { random: MACHINE_RANDOM, signer: TEST_KEYS.signer, wrapping: [TEST_KEYS.wrapping] };
  const parts: RetentionRunParts = { directory, clock, journal, terms, holds: async () => ok([]), actor: 'cordon', ...keys };
  return { clock, journal, parts };
}

const hold = (scope: Partial<LegalHold>): LegalHold => ({ id: 'h1', createdAt: 0, by: 'anna', reason: 'case 7', ...scope });

/** Kinds by exchange or action that are still there. */
const left = (directory: string, kind: string): unknown[] =>
  recordsOf(directory)
    .filter((record) => record['kind'] === kind)
    .map((record) => ('exchange' in record ? record['exchange'] : 'admin'));

describe('recordings.retention by kind and home', () => {
  it('removes content, then metadata by home, and keeps what is kept longer, in a chain that is whole', async () => {
    const { journal, parts, clock } = await sixDays();
    expect(await removeExpired(parts)).toMatchObject({ ok: true, value: [{ segments: [], kept: [], held: [] }] });
    expect(left(journal.directory, 'content')).toEqual(['x8', 'x10']);
    expect(left(journal.directory, 'decision').filter((id) => Number(String(id).slice(1)) % 2 === 1)).toEqual([
      'x7',
      'x9',
      'x11',
    ]);
    expect(new Set(left(journal.directory, 'outcome'))).toEqual(
      new Set(['x0', 'x2', 'x4', 'x6', 'x7', 'x8', 'x9', 'x10', 'x11']),
    );
    expect(recordsOf(journal.directory).at(-1)).toMatchObject({
      action: 'records.removed',
      details: { segments: [], blocks: ['1:0,2-3', '2:0,2-3', '3:0,2-3', '4:2'] },
    });
    clock.advance(DAY);
    await journal.append(denial(99));
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { removedRecords: 10, removed: 0 } });
    expect(await verified(journal.directory, { wrapping: [] })).toMatchObject({ ok: true, value: { removedRecords: 10 } });
  });

  it('leaves places as they are: what follows the record goes on over what is gone', async () => {
    const { journal, parts } = await sixDays();
    const follow = async (): Promise<Map<string, string>> => {
      const follower = new ChainFollower(journal.directory, [TEST_KEYS.wrapping]);
      const found = new Map<string, string>();
      let { blocks, next } = await follower.read(undefined);
      for (; blocks.length > 0; { blocks, next } = await follower.read(next))
        for (const { spot, lines } of blocks) found.set(JSON.stringify(spot), lines.join('\n'));
      return found;
    };
    const before = await follow();
    await removeExpired(parts);
    const after = await follow();
    expect(after.size).toBeLessThan(before.size);
    for (const [spot, lines] of [...after].slice(0, -1)) expect(before.get(spot)).toBe(lines);
    const gone = [...before.keys()].find((spot) => !after.has(spot))!;
    const follower = new ChainFollower(journal.directory, [TEST_KEYS.wrapping]);
    expect(await follower.blockAt(JSON.parse(gone) as Parameters<ChainFollower['blockAt']>[0])).toBeUndefined();
  });

  it('says in a trial what would go, and lets it be', async () => {
    const { journal, parts } = await sixDays();
    const count = recordsOf(journal.directory).length;
    const trial = await removeExpired({ ...parts, isTrial: true });
    expect(recordsOf(journal.directory)).toHaveLength(count);
    expect(await removeExpired(parts)).toEqual(trial);
  });

  it.each<[string, Partial<LegalHold>, string[]]>([
    ['a session', { session: 's1' }, ['x1']],
    ['a subject', { subject: 'ch-bot' }, ['x1', 'x3']],
    ['a home', { home: 'ch' }, ['x1', 'x3']],
    ['a range of time', { until: Date.parse('2026-11-02') }, ['x1']],
    ['both, where both have to fit', { subject: 'ch-bot', since: Date.parse('2026-11-02') }, ['x3']],
  ])('keeps what is under legal hold: %s', async (_title, scope, ids) => {
    const { journal, parts } = await sixDays();
    const removed = await removeExpired({ ...parts, holds: async () => ok([hold(scope)]) });
    expect(removed.ok && removed.value[0]?.held.flatMap(({ holds }) => holds)).toContain('h1');
    const odd = (kind: string) => left(journal.directory, kind).filter((id) => ['x1', 'x3'].includes(String(id)));
    expect([odd('decision'), odd('outcome')]).toEqual([ids, ids]);
    await removeExpired(parts);
    expect([odd('decision'), odd('outcome')]).toEqual([[], []]);
  });

  it('tells a removed block from one that somebody without the key marks as removed', async () => {
    const { journal, parts } = await sixDays();
    await removeExpired(parts);
    const path = join(journal.directory, '00000001.seg');
    const bytes = readFileSync(path);
    // The seal stands behind the head and the hash of the first block that is gone: all behind it is nothing.
    const zeros = bytes.indexOf(Buffer.alloc(64));
    bytes[zeros - 1]! ^= 1;
    writeFileSync(path, bytes);
    expect(await verified(journal.directory)).toMatchObject({
      ok: false,
      failure: { segment: '00000001.seg', reason: expect.stringContaining('does not have the key') as string },
    });
  });

  it('removes the last segment of a chain that nobody writes, and nobody goes on with it', async () => {
    const { journal, parts, clock } = await sixDays(termsOf({ metadata: 4 * DAY, homes: {} }));
    await journal.close();
    clock.advance(10 * DAY);
    const other = await journalIn(parts.directory, { clock, writer: 'w2' });
    const removed = await removeExpired({ ...parts, journal: other });
    expect(removed).toMatchObject({ ok: true, value: [{ writer: 'w1', segments: [1, 2, 3, 4, 5, 6] }] });
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { removed: 6, segments: 0 } });
    await other.close();
    const options = { directory: parts.directory, clock, random: MACHINE_RANDOM, keys: TEST_KEYS };
    const next = await openJournal({ ...options, durability: 'batched', onError: () => {} });
    expect(next.ok && next.value.writer).toBe('w2');
    if (next.ok) await next.value.close();
  });
});

describe('retentionTerms()', () => {
  it('is one term for all where one is given', () => {
    expect(termsOf({ metadata: 5, homes: {} })).toMatchObject({ metadata: 5, content: 5, admin: 5, shortest: 5, longest: 5 });
  });

  it('refuses content that outlives the decision about it', () => {
    expect(retentionTerms({ metadata: DAY, content: 2 * DAY, homes: {} })).toMatchObject({
      failure: 'recordings.retention.content: Found 2d, expected at most the 1d of its metadata',
    });
    expect(retentionTerms({ metadata: 9 * DAY, homes: { de: { metadata: DAY, content: 2 * DAY } } })).toMatchObject({
      failure: 'recordings.retention.homes.de.content: Found 2d, expected at most the 1d of its metadata',
    });
  });
});

describe('an outcome whose decision is out of reach', () => {
  const told = { ...outcome(1), home: 'ch' };

  it('goes on the shelf of the home that it names, else on that which is kept longest', () => {
    const shelfOf = createShelves(TERMS)!;
    expect([shelfOf(told), shelfOf(outcome(2))]).toEqual([4 * DAY, 10 * DAY]);
  });

  it('is over when that of its home is', () => {
    const judge = new RecordJudge({ terms: TERMS, holds: [] });
    const dueAt = (event: object): number =>
      judge.judge(Buffer.from(JSON.stringify({ ...event, time: '1970-01-01T00:00:00.000Z' }))).dueAt;
    expect([dueAt(told), dueAt(outcome(2))]).toEqual([4 * DAY, 10 * DAY]);
  });
});
