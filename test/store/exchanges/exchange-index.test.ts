import { beforeEach, expect, it } from 'vitest';
import type { Failure } from '../../../src/core/codes.ts';
import type {
  ExchangeFilter,
  ExchangeIndex,
  ExchangeIndexWriter,
  FoundExchange,
  IndexBatch,
  IndexedExchange,
  IndexedSession,
  IndexedShredding,
} from '../../../src/core/exchange/exchange-index.ts';
import type { Result } from '../../../src/core/result.ts';
import { createExchangeIndexWriter } from '../../../src/store/exchanges/exchange-index-writer.ts';
import { createExchangeRepository } from '../../../src/store/exchanges/exchange-repository.ts';
import { EXCHANGE_INDEX, migrate } from '../../../src/store/migrate.ts';
import { RowCipher } from '../../../src/store/sealing/row-cipher.ts';
import type { Database } from '../../../src/store/database.ts';
import { MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';
import { describeOnEveryEngine } from '../engines.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const WRITER = 'w1';
const at = (block: number) => ({ segment: 1, offset: 100 * block, block });

function valueOf<T>(result: Result<T, Failure>): T {
  if (!result.ok) throw new Error(result.failure.detail);
  return result.value;
}

function exchange(n: number, more: Partial<IndexedExchange> = {}): FoundExchange {
  const id = `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
  const known = { id, createdAt: NOW + n, writer: WRITER, seq: 2 * n, decision: 'permit', rules: ['models'] } as const;
  return { exchange: { ...known, ...more }, spots: [at(n)] };
}

const outcome = (more: Partial<NonNullable<IndexedExchange['outcome']>> = {}) => ({
  status: 200,
  sent: 10,
  received: 20,
  total: 1.5,
  findings: {},
  ...more,
});

const session = (id: string, more: Partial<IndexedSession> = {}): IndexedSession => ({
  id,
  firstAt: NOW,
  lastAt: NOW,
  decisions: { permit: 1, hold: 0, deny: 0 },
  sent: 10,
  received: 20,
  findings: 0,
  ...more,
});

const batch = (exchanges: readonly FoundExchange[], more: Partial<IndexBatch> = {}): IndexBatch => ({
  exchanges,
  outcomes: [],
  sessions: [],
  shreddings: [],
  ...more,
});

describeOnEveryEngine('the index over exchanges', (engine) => {
  let database: Database;
  let index: ExchangeIndex;
  let writer: ExchangeIndexWriter;
  beforeEach(async () => {
    database = await engine.open();
    valueOf(await migrate(database.db, new ManualClock('2026-11-22T10:00:00Z'), EXCHANGE_INDEX));
    const cipher = new RowCipher(new Uint8Array(32).fill(5), MACHINE_RANDOM);
    index = createExchangeRepository(database.db, cipher);
    writer = createExchangeIndexWriter(database.db, cipher);
  });

  const idsOf = async (filter: ExchangeFilter): Promise<number[]> =>
    valueOf(await index.list({ limit: 50, ...filter })).items.map(({ id }) => Number(id.slice(-12)));

  it('gives back what was put in, and keeps no target in the clear', async () => {
    const whole = exchange(1, {
      session: 's',
      subject: 'anna',
      home: 'eu',
      kind: 'intercepted',
      method: 'POST',
      target: 'https://api.example/secret-path',
      host: 'api.example',
      decision: 'deny',
      code: 'no_rule',
      wouldDeny: 'no_rule',
      rules: ['a', 'b'],
      place: { entry: 'DE', processing: 'aws:eu-central-1', storage: 'unknown' },
      transfer: 'scc',
      policy: 'sha256:00',
      approval: 'ap',
      outcome: outcome({ findings: { email: 2 } }),
    });
    const bare = exchange(2);
    expect(valueOf(await writer.add(WRITER, undefined, at(3), batch([whole, bare])))).toBe('added');
    expect(valueOf(await index.find(whole.exchange.id))).toEqual(whole);
    expect(valueOf(await index.find(bare.exchange.id))).toEqual(bare);
    expect(valueOf(await index.find('nobody'))).toBeUndefined();
    const rows = await database.db.selectFrom('exchanges').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('secret-path');
  });

  it('adds a piece once: who comes with another position adds nothing of it', async () => {
    expect(valueOf(await writer.position(WRITER))).toBeUndefined();
    expect(valueOf(await writer.add(WRITER, undefined, at(1), batch([exchange(1)], { sessions: [session('s')] })))).toBe(
      'added',
    );
    expect(valueOf(await writer.position(WRITER))).toEqual(at(1));
    for (const from of [undefined, at(7)]) {
      const again = batch([exchange(9)], { sessions: [session('s')] });
      expect(valueOf(await writer.add(WRITER, from, at(2), again))).toBe('moved');
    }
    expect(await idsOf({})).toEqual([1]);
    expect(valueOf(await index.session('s'))).toEqual(session('s'));
    expect(valueOf(await writer.add('w2', undefined, at(1), batch([exchange(2)])))).toBe('added');
    expect(valueOf(await writer.count())).toBe(2);
  });

  it('a permit after a hold takes its place, and the outcome comes to it', async () => {
    const held = exchange(1, { decision: 'hold', rules: ['ask'], approval: 'ap', session: 's', subject: 'anna', home: 'eu' });
    const counted = session('s', { decisions: { permit: 0, hold: 1, deny: 0 }, sent: 0, received: 0 });
    valueOf(await writer.add(WRITER, undefined, at(2), batch([held], { sessions: [counted] })));
    const { approval: _, ...released } = { ...held.exchange, decision: 'permit', rules: ['ask', 'more'] } as const;
    const known = { exchange: released, spots: [...held.spots, at(2)] };
    valueOf(await writer.add(WRITER, at(2), at(3), batch([known])));
    expect(valueOf(await index.find(held.exchange.id))).toEqual({ ...known, exchange: { ...released, approval: 'ap' } });
    // From a process that did not see the decision.
    const late = { id: held.exchange.id, code: 'connect_failed', outcome: outcome({ findings: { iban: 3 } }), spot: at(3) };
    valueOf(await writer.add(WRITER, at(3), at(4), batch([], { outcomes: [late, { ...late, id: 'folded' }] })));
    const found = valueOf(await index.find(held.exchange.id));
    expect(found?.exchange).toMatchObject({ code: 'connect_failed', outcome: late.outcome, decision: 'permit' });
    expect(found?.spots).toEqual([at(1), at(2), at(3)]);
    expect(valueOf(await index.session('s'))).toMatchObject({ sent: 10, received: 20, findings: 3, subject: 'anna' });
    // A decision again from a process that does not know the first: its block comes to the others.
    valueOf(await writer.add(WRITER, at(4), at(5), batch([{ exchange: released, spots: [at(4)] }])));
    expect(valueOf(await index.find(held.exchange.id))?.spots).toEqual([at(1), at(2), at(3), at(4)]);
  });

  it('a session grows with what is added to it, in either order of time', async () => {
    const later = session('s', { firstAt: NOW + 5, lastAt: NOW + 9, decisions: { permit: 0, hold: 2, deny: 1 } });
    valueOf(await writer.add(WRITER, undefined, at(1), batch([], { sessions: [later] })));
    valueOf(await writer.add('w2', undefined, at(1), batch([], { sessions: [session('s', { findings: 4 })] })));
    expect(valueOf(await index.session('s'))).toEqual(
      session('s', { lastAt: NOW + 9, decisions: { permit: 1, hold: 2, deny: 1 }, sent: 20, received: 40, findings: 4 }),
    );
  });

  it('lists by every filter, and by all of them together', async () => {
    const place = { entry: 'DE', processing: 'aws:eu-central-1', storage: 'IE' };
    valueOf(
      await writer.add(
        WRITER,
        undefined,
        at(9),
        batch(
          [
            exchange(1, { subject: 'anna', session: 's1', home: 'eu', host: 'a.example.com', rules: ['one', 'two'], place }),
            exchange(2, {
              subject: 'bert',
              session: 's2',
              home: 'us',
              host: 'example.com',
              decision: 'deny',
              code: 'no_rule',
              rules: [],
            }),
            exchange(3, {
              subject: 'anna',
              session: 's1',
              home: 'eu',
              host: 'axexample.com',
              rules: ['two-b'],
              outcome: outcome({ findings: { email: 1 } }),
            }),
            exchange(4, { decision: 'hold', host: 'b.a.example.com' }),
          ],
          {
            sessions: [
              session('s1', { firstAt: NOW + 1, lastAt: NOW + 3 }),
              session('s2', { firstAt: NOW + 2, lastAt: NOW + 2 }),
            ],
          },
        ),
      ),
    );
    const expected: readonly (readonly [ExchangeFilter, readonly number[]])[] = [
      [{}, [4, 3, 2, 1]],
      [{ since: NOW + 2, until: NOW + 4 }, [3, 2]],
      [{ subject: 'anna' }, [3, 1]],
      [{ session: 's2' }, [2]],
      [{ session: 's1' }, [3, 1]],
      [{ session: 's1', since: NOW + 2 }, [3]],
      [{ session: 's1', until: NOW + 3 }, [1]],
      [{ session: 's3' }, []],
      [{ host: 'example.com' }, [2]],
      [{ host: '*.example.com' }, [4, 1]],
      [{ host: '*.a_example.com' }, []],
      [{ host: '*.%' }, []],
      [{ decision: 'hold' }, [4]],
      [{ code: 'no_rule' }, [2]],
      [{ place: 'IE' }, [1]],
      [{ place: 'aws:eu-central-1' }, [1]],
      [{ rule: 'two' }, [1]],
      [{ entity: 'email' }, [3]],
      [{ entity: 'mail' }, []],
      [{ homes: ['eu'] }, [3, 1]],
      [{ homes: [] }, []],
      [{ subject: 'anna', rule: 'one', homes: ['eu', 'us'] }, [1]],
      [{ subject: 'anna', homes: ['us'] }, []],
    ];
    for (const [filter, ids] of expected) expect([filter, await idsOf(filter)]).toEqual([filter, ids]);
    expect(valueOf(await index.homes())).toEqual(['eu', 'us']);
    expect(valueOf(await index.places({ subject: 'anna' }))).toEqual({
      counts: [{ place: 'aws:eu-central-1', decision: 'permit', count: 1 }],
      isWhole: true,
    });
  });

  it('goes page by page, newest first, through what was made at one instant too', async () => {
    const all = Array.from({ length: 7 }, (_, n) =>
      exchange(n, { createdAt: NOW + (n > 2 ? 1 : 0), subject: n === 3 ? 'b' : 'a' }),
    );
    valueOf(await writer.add(WRITER, undefined, at(1), batch(all)));
    const pages: number[][] = [];
    let page = valueOf(await index.list({ limit: 2, subject: 'a' }));
    for (;;) {
      pages.push(page.items.map(({ id }) => Number(id.slice(-12))));
      if (page.next === undefined) break;
      page = valueOf(await index.list({ limit: 2, subject: 'a', after: page.next }));
    }
    expect(pages).toEqual([
      [6, 5],
      [4, 2],
      [1, 0],
    ]);
  });

  it('lists sessions by their last decision, page by page and within homes', async () => {
    const sessions = ['a', 'b', 'c', 'd'].map((id, n) =>
      session(id, { lastAt: NOW + n, home: n % 2 === 0 ? 'eu' : 'us', subject: 'anna' }),
    );
    valueOf(await writer.add(WRITER, undefined, at(1), batch([], { sessions })));
    const first = valueOf(await index.sessions({ limit: 3 }));
    expect(first.items.map(({ id }) => id)).toEqual(['d', 'c', 'b']);
    const rest = valueOf(await index.sessions({ limit: 3, after: first.next! }));
    expect([rest.items, rest.next]).toEqual([[sessions[0]], undefined]);
    expect(valueOf(await index.sessions({ limit: 9, homes: ['eu'] })).items.map(({ id }) => id)).toEqual(['c', 'a']);
    expect(valueOf(await index.sessions({ limit: 9, homes: [] })).items).toEqual([]);
    expect(valueOf(await index.sessions({ limit: 9, subject: 'bert' })).items).toEqual([]);
  });

  it('forgets what is past its retention, so much at a time', async () => {
    const old = { createdAt: NOW - 10_000 };
    const exchanges = [exchange(1, old), exchange(2, old), exchange(3, old), exchange(4)];
    const sessions = [session('old', { lastAt: NOW - 10_000 }), session('new')];
    valueOf(await writer.add(WRITER, undefined, at(1), batch(exchanges, { sessions })));
    const what = { before: NOW, holds: [] };
    expect([valueOf(await writer.forget(what, 2)), valueOf(await writer.forget(what, 2))]).toEqual([2, 1]);
    expect(await idsOf({})).toEqual([4]);
    expect([valueOf(await index.session('old')), valueOf(await index.session('new'))?.id]).toEqual([undefined, 'new']);
    expect(valueOf(await writer.position(WRITER))).toEqual(at(1));
  });

  it('forgets by home, and leaves what is held', async () => {
    const old = { createdAt: NOW - 10_000 };
    const eu = exchange(1, { ...old, home: 'eu', session: 's1', subject: 'bot' });
    const held = exchange(2, { ...old, home: 'eu', session: 's2', subject: 'bot' });
    const exchanges = [eu, held, exchange(3, { ...old, home: 'ch', session: 's3' }), exchange(4, old)];
    valueOf(await writer.add(WRITER, undefined, at(1), batch(exchanges)));
    const holds = [{ session: 's2' }, { subject: 'nobody' }, { home: 'eu', until: NOW - 20_000 }];
    expect(valueOf(await writer.forget({ before: NOW, home: 'eu', holds }, 9))).toBe(1);
    expect(await idsOf({})).toEqual([4, 3, 2]);
    valueOf(await writer.forget({ before: NOW, butHomes: ['eu', 'ch'], holds }, 9));
    expect(await idsOf({})).toEqual([3, 2]);
  });

  const shredding = (seq: number, more: Partial<IndexedShredding> = {}): IndexedShredding => ({
    session: 's',
    at: NOW + seq,
    writer: WRITER,
    seq,
    by: 'otto@acme.example',
    reason: 'erasure 12',
    ...more,
  });

  it('tells what was shredded of a session, without what did not come about, until it forgets the session', async () => {
    const done = [shredding(1, { by: 'cordon' }), shredding(4), shredding(6, { writer: 'w2' })];
    const others = [shredding(2, { session: 'other' }), shredding(3), shredding(5, { failed: 'held' })];
    const sessions = [session('s', { lastAt: NOW + 9 })];
    valueOf(await writer.add(WRITER, undefined, at(1), batch([], { sessions, shreddings: [...others, ...done] })));
    const told = async () => valueOf(await index.shreddings('s')).map(({ by, seq, writer: of }) => [by, of, seq]);
    // The fifth takes back the one before it of the same writer, and no other.
    const expected = [
      ['cordon', WRITER, 1],
      ['otto@acme.example', WRITER, 3],
      ['otto@acme.example', 'w2', 6],
    ];
    expect(await told()).toEqual(expected);
    valueOf(await writer.forget({ before: NOW + 8, holds: [] }, 9));
    expect(await told()).toEqual(expected);
    valueOf(await writer.forget({ before: NOW + 10, holds: [] }, 9));
    expect(await told()).toEqual([]);
  });

  it('forgets everything', async () => {
    const one = batch([exchange(1, { home: 'eu' })], { sessions: [session('s')], shreddings: [shredding(1)] });
    valueOf(await writer.add(WRITER, undefined, at(1), one));
    valueOf(await writer.clear());
    expect(await idsOf({})).toEqual([]);
    expect(valueOf(await index.homes())).toEqual([]);
    expect(valueOf(await index.session('s'))).toBeUndefined();
    expect(valueOf(await index.shreddings('s'))).toEqual([]);
    expect(valueOf(await writer.add(WRITER, at(1), at(2), one))).toBe('moved');
    expect(valueOf(await writer.position(WRITER))).toBeUndefined();
  });
});
