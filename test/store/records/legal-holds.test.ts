import { expect, it } from 'vitest';
import { shredContent, shredExpired } from '../../../src/app/records/shred-content.ts';
import type { Failure } from '../../../src/core/codes.ts';
import { USED_GRANULARITY } from '../../../src/core/exchange/content-keys.ts';
import type { LegalHold } from '../../../src/core/exchange/legal-hold.ts';
import type { AgentId, SessionId } from '../../../src/core/ids.ts';
import type { AdminEntry } from '../../../src/core/people/admin-entry.ts';
import { ok, type Result } from '../../../src/core/result.ts';
import { retentionTerms } from '../../../src/recording/retention/retention-terms.ts';
import { createContentKeyRepository } from '../../../src/store/records/content-key-repository.ts';
import { createLegalHoldRepository } from '../../../src/store/records/legal-hold-repository.ts';
import { describeOnEveryEngine } from '../engines.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-22T10:00:00Z');

function valueOf<T>(result: Result<T, Failure>): T {
  if (!result.ok) throw new Error(result.failure.detail);
  return result.value;
}

const hold = (id: string, more: Partial<LegalHold> = {}): LegalHold => ({
  id,
  createdAt: NOW,
  by: 'anna',
  reason: 'case 7',
  ...more,
});

describeOnEveryEngine('createLegalHoldRepository()', (engine) => {
  it('keeps holds as they were made, in their order, until they are removed', async () => {
    const holds = createLegalHoldRepository((await engine.open()).db);
    const first = hold('h1', { subject: 'bot', since: 5, until: 9 });
    const second = hold('h2', { session: 's', home: 'DE+FR', createdAt: NOW + 1 });
    expect([valueOf(await holds.add(second)), valueOf(await holds.add(first))]).toEqual([true, true]);
    expect(valueOf(await holds.list())).toEqual([first, second]);
    expect([valueOf(await holds.remove('h1')), valueOf(await holds.remove('h1'))]).toEqual([true, false]);
    expect(valueOf(await holds.list())).toEqual([second]);
  });
});

describeOnEveryEngine('shredding', (engine) => {
  async function means(holds: readonly LegalHold[] = []) {
    const { db } = await engine.open();
    const keys = createContentKeyRepository(db);
    const keep = (session: string, createdAt: number, home = 'eu') =>
      keys.keep(
        { session: session as SessionId, subject: 'bot' as AgentId, home },
        { id: `key-${session}-${home}`, wrapped: new Uint8Array(40), wrappedWith: 'k', createdAt },
      );
    const recorded: AdminEntry[] = [];
    const record = async (entry: AdminEntry) => {
      recorded.push(entry);
      return ok(undefined);
    };
    const idsOf = async () => valueOf(await keys.list({ limit: 99 })).map(({ id }) => id);
    return { keep, recorded, idsOf, holds: createLegalHoldRepository(db), parts: { keys, holds, record, by: 'local:anna' } };
  }

  it('destroys the keys of a session, or of an agent, on the record', async () => {
    const { keep, parts, recorded, idsOf } = await means();
    for (const session of ['s1', 's2', 's3']) await keep(session, NOW);
    expect(await shredContent({ session: 's1' }, 'erasure 12', parts)).toEqual(ok({ keys: 1, sessions: ['s1'] }));
    expect(recorded).toMatchObject([
      {
        by: 'local:anna',
        action: 'content.shredded',
        subject: 'session:s1',
        details: { reason: 'erasure 12', sessions: ['s1'], keys: ['key-s1-eu'] },
      },
    ]);
    expect(await idsOf()).toEqual(['key-s2-eu', 'key-s3-eu']);
    expect(await shredContent({ subject: 'bot' }, 'erasure 13', parts)).toMatchObject({ ok: true, value: { keys: 2 } });
    expect(await idsOf()).toEqual([]);
  });

  it('destroys nothing of what is asked for where a part is under legal hold', async () => {
    const { keep, parts, recorded, idsOf } = await means([hold('h1', { session: 's2' })]);
    for (const session of ['s1', 's2']) await keep(session, NOW);
    expect(await shredContent({ subject: 'bot' }, 'erasure', parts)).toMatchObject({
      failure: { hold: { id: 'h1' }, session: 's2' },
    });
    expect([recorded, await idsOf()]).toEqual([[], ['key-s1-eu', 'key-s2-eu']]);
  });

  it('heeds a hold that is made when it has looked already, and says on the record that it came to nothing', async () => {
    const { keep, parts, recorded, idsOf, holds } = await means();
    for (const session of ['s1', 's2']) await keep(session, NOW);
    const record = async (entry: AdminEntry) => {
      if (entry.failed === undefined) valueOf(await holds.add(hold('h1', { session: 's2' })));
      return await parts.record(entry);
    };
    const shredded = await shredContent({ subject: 'bot' }, 'erasure', { ...parts, record });
    expect(shredded).toMatchObject({ ok: false, failure: { code: 'held' } });
    expect(recorded.map(({ action, failed }) => [action, failed])).toEqual([
      ['content.shredded', undefined],
      ['content.shredded', 'held'],
    ]);
    expect(await idsOf()).toEqual(['key-s1-eu', 'key-s2-eu']);
    expect(valueOf(await parts.keys.destroy(['key-s1-eu']))).toBe(1);
  });

  it('destroys nothing that cannot be recorded', async () => {
    const { keep, parts, idsOf } = await means();
    await keep('s1', NOW);
    const record = async () => ({ ok: false, failure: { code: 'audit_unavailable', detail: 'full' } }) as const;
    expect(await shredContent({ session: 's1' }, 'erasure', { ...parts, record })).toMatchObject({ ok: false });
    expect(await idsOf()).toEqual(['key-s1-eu']);
  });

  it('destroys keys whose content is past its time, by home and by when the session was last used, but not held ones', async () => {
    const terms = retentionTerms({ metadata: 10 * DAY, content: 5 * DAY, homes: { ch: { content: 2 * DAY } } });
    if (!terms.ok) throw new Error(terms.failure);
    const { keep, parts, idsOf } = await means([hold('h1', { session: 'held' })]);
    const old = NOW - 3 * DAY - USED_GRANULARITY;
    for (const session of ['old', 'held', 'going-on']) await keep(session, old, 'ch');
    await keep('old', old, 'eu');
    await keep('going-on', NOW - DAY, 'ch');
    const trial = await shredExpired(terms.value, { now: NOW, isTrial: true }, parts);
    expect(trial).toEqual(ok({ keys: 1, sessions: ['old'], held: 1 }));
    expect(await idsOf()).toHaveLength(4);
    expect(await shredExpired(terms.value, { now: NOW }, parts)).toEqual(trial);
    expect(await idsOf()).toEqual(['key-going-on-ch', 'key-held-ch', 'key-old-eu']);
  });
});
