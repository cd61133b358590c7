import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { Client } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AgentId, TokenId } from '../../src/core/ids.ts';
import { attemptStore } from '../../src/store/attempt-store.ts';
import type { Database } from '../../src/store/database.ts';
import { openPostgres, type PostgresOptions } from '../../src/store/postgres/postgres.ts';
import { readPostgresUrl } from '../../src/store/postgres/server.ts';
import { createTokenRepository } from '../../src/store/agents/token-repository.ts';
import { MACHINE_CLOCK } from '../support/clock.ts';
import { DATABASE_PASSWORD, PostgresServer } from '../support/postgres-server.ts';
import { describeOnPostgres, newPostgresSchema } from './engines.ts';

const TOKEN = { id: 'aa' as TokenId, agent: 'bot' as AgentId, createdAt: 1, expiresAt: 2 };
/** So long that only a notification can be what woke a listener. */
const NEVER = 3_600_000;

async function open(url: string, options: Partial<PostgresOptions> = {}): Promise<Database> {
  const opened = await openPostgres({ url, clock: MACHINE_CLOCK, ...options });
  if (!opened.ok) throw new Error(opened.failure.detail);
  onTestFinished(() => opened.value.close());
  return opened.value;
}

/** A URL whose connections can be told from those of everybody else on the server, and that name. */
async function namedUrl(): Promise<{ url: string; name: string }> {
  const name = `test-${randomBytes(6).toString('hex')}`;
  return { url: `${await newPostgresSchema()}&application_name=${name}`, name };
}

/** Ends the connections of that name as a server does that is restarted, and tells how many there were. */
async function terminate({ db }: Database, name: string): Promise<number> {
  const ended = await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = ${name}`.execute(db);
  return ended.rows.length;
}

/** Resolves when `holds` does, which is asked at every change. */
function untilChange(database: Database, holds: () => Promise<boolean> | boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const subscription = database.onChange(() => {
      void Promise.resolve(holds()).then((isDone) => {
        if (!isDone) return;
        subscription[Symbol.dispose]();
        resolve();
      }, reject);
    });
  });
}

describe('openPostgres() of what cannot be opened', () => {
  it.each([
    ['postgres://cordon:hunter2@127.0.0.1:1/state', '"state" at 127.0.0.1:1: Cannot migrate: connect ECONNREFUSED 127.0.0.1:1'],
    [
      'postgres://cordon:hunter2@localhost:1/state?sslmode=disable',
      '"state" at localhost:1: Cannot migrate: connect ECONNREFUSED',
    ],
    ['postgres://cordon:hunter2@/state?host=/nowhere', '"state" at /nowhere:5432: Cannot migrate: connect ENOENT'],
    ['postgres://cordon:hunter2@[::1', 'expected postgres://user@host:port/database'],
  ])('%s', async (url, detail) => {
    const opened = await openPostgres({ url, clock: MACHINE_CLOCK });
    expect(opened).toMatchObject({ failure: { code: 'store_unavailable', detail: expect.stringContaining(detail) as string } });
    expect(JSON.stringify(opened)).not.toContain('hunter2');
  });
});

describe('readPostgresUrl()', () => {
  const sslOf = (url: string): unknown => {
    const server = readPostgresUrl(url);
    return server.ok ? new Client(server.value.config).ssl : server.failure;
  };

  it('wants TLS of a server elsewhere, unless the URL rules it out', () => {
    expect(sslOf('postgres://cordon@db.example/state')).toBe(true);
    expect(sslOf('postgres://cordon@192.0.2.1/state?sslmode=verify-full')).toEqual({});
    expect(sslOf('postgres://cordon@db.example/state?sslmode=disable')).toBe(false);
    expect(sslOf('postgres://cordon@127.0.0.1/state')).toBe(false);
  });

  it.each([
    ['postgres://cordon@db.example/state', { host: 'db.example', port: 5432, isHere: false }],
    ['postgres://cordon@localhost:6000/state?host=db.example', { host: 'db.example', port: 6000, isHere: false }],
    ['postgresql://cordon@127.1.2.3/state', { host: '127.1.2.3', isHere: true }],
    ['postgres://cordon@[::1]/state', { host: '::1', isHere: true }],
    ['postgres://cordon@%2Frun%2Fpostgresql/state', { host: '/run/postgresql', isHere: true }],
    ['postgres://cordon@127.example/state', { isHere: false }],
  ])('names what the driver will dial: %s', (url, server) => {
    expect(readPostgresUrl(url)).toMatchObject({ ok: true, value: server });
  });
});

describeOnPostgres('openPostgres()', () => {
  it('names what the server refuses, without the password', async () => {
    const url = await newPostgresSchema();
    const refused = [
      [url.replace('/postgres?', '/nothing?'), 'database "nothing" does not exist'],
      [url.replace(DATABASE_PASSWORD, 'hunter2'), 'password authentication failed'],
    ] as const;
    for (const [wrong, detail] of refused) {
      const opened = await openPostgres({ url: wrong, clock: MACHINE_CLOCK });
      expect(opened).toMatchObject({ failure: { detail: expect.stringContaining(detail) as string } });
      for (const secret of ['hunter2', DATABASE_PASSWORD]) expect(JSON.stringify(opened)).not.toContain(secret);
    }
  });

  it('gives integers of eight bytes and counts as numbers', async () => {
    const { db } = await open(await newPostgresSchema());
    await createTokenRepository(db).insert({ ...TOKEN, createdAt: 1_800_000_000_000 }, new Uint8Array(32));
    const row = await db
      .selectFrom('agent_tokens')
      .select(({ fn }) => ['created_at', fn.countAll().as('count')])
      .groupBy('created_at')
      .executeTakeFirst();
    expect(row).toEqual({ created_at: 1_800_000_000_000, count: 1 });
  });

  it('has no more connections than it may, however many ask', async () => {
    const { url, name } = await namedUrl();
    const { db } = await open(url, { connections: 2 });
    const count = sql<{ count: number }>`SELECT count(*) FROM pg_stat_activity WHERE application_name = ${name}`;
    const seen = await Promise.all(Array.from({ length: 50 }, async () => (await count.execute(db)).rows[0]?.count));
    // The third hears of changes.
    expect(Math.max(...seen.map(Number))).toBe(3);
  });

  it('ends a statement that takes too long, and goes on', async () => {
    const { db } = await open(await newPostgresSchema(), { connections: 1, statementTimeout: 50 });
    expect(await attemptStore('sleep', () => sql`SELECT pg_sleep(60)`.execute(db))).toMatchObject({
      failure: { code: 'store_unavailable', detail: 'Cannot sleep: canceling statement due to statement timeout' },
    });
    expect(await createTokenRepository(db).list()).toEqual({ ok: true, value: [] });
  });

  it('fails queries after close() instead of leaving them unanswered', async () => {
    const database = await open(await newPostgresSchema());
    await database.close();
    expect(await createTokenRepository(database.db).list()).toMatchObject({ failure: { code: 'store_unavailable' } });
  });

  it('wakes another replica by a notification, long before it looks by itself', async () => {
    const url = await newPostgresSchema();
    const [holder, decider] = [await open(url, { watchInterval: NEVER }), await open(url, { watchInterval: NEVER })];
    const tokens = createTokenRepository(holder.db);
    const woken = untilChange(holder, async () => (await tokens.list()).ok);
    const all = untilChange(holder, async () => {
      const listed = await tokens.list();
      return listed.ok && listed.value.length === 20;
    });
    // Many at once share notifications; the last is not lost.
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        await createTokenRepository(decider.db).insert({ ...TOKEN, id: `t${i}` as TokenId }, new Uint8Array(32));
        decider.signal();
      }),
    );
    await woken;
    await all;
  });
});

describeOnPostgres('a PostgreSQL store whose connections break', () => {
  it('outlives it, idle and in a transaction, and connects anew', async () => {
    const { url, name } = await namedUrl();
    const [database, other] = [await open(url), await open(await newPostgresSchema())];
    const tokens = createTokenRepository(database.db);
    await tokens.list();
    expect(await terminate(other, name)).toBeGreaterThan(1);
    const broken = database.db.transaction().execute(async (transaction) => {
      await createTokenRepository(transaction).insert(TOKEN, new Uint8Array(32));
      await terminate(other, name);
      await createTokenRepository(transaction).find(TOKEN.id);
    });
    await expect(broken).rejects.toThrow();
    const isBack = async (): Promise<boolean> => (await tokens.insert(TOKEN, new Uint8Array(32))).ok;
    while (!(await isBack()));
    expect(await tokens.list()).toMatchObject({ value: [TOKEN] });
  });

  it('is told of what happened while nothing could reach it', async () => {
    const { url, name } = await namedUrl();
    const deaf = await open(url, { watchInterval: 20 });
    const other = await open(url.replace(name, `${name}-other`));
    expect(await terminate(other, name)).toBeGreaterThan(0);
    const tokens = createTokenRepository(deaf.db);
    const told = untilChange(deaf, async () => {
      const found = await tokens.find(TOKEN.id);
      return found.ok && found.value !== undefined;
    });
    await createTokenRepository(other.db).insert(TOKEN, new Uint8Array(32));
    await told;
  });
});

describeOnPostgres('a PostgreSQL server that goes away', () => {
  it('fails what is asked, tells that nothing is known, and is used again when it is back', async () => {
    await using server = await PostgresServer.start();
    const database = await open(server.url, { watchInterval: 20 });
    const tokens = createTokenRepository(database.db);
    await tokens.insert(TOKEN, new Uint8Array(32));
    await server.stop();
    expect(await tokens.find(TOKEN.id)).toMatchObject({ failure: { code: 'store_unavailable' } });
    let calls = 0;
    // Again and again: who caches must not trust what it has.
    await untilChange(database, () => ++calls === 5);
    await server.start();
    await untilChange(database, async () => (await tokens.find(TOKEN.id)).ok);
    const woken = untilChange(database, async () => {
      const found = await tokens.find(TOKEN.id);
      return found.ok && found.value?.token.revokedAt === 7;
    });
    const replica = await open(server.url);
    await createTokenRepository(replica.db).revoke(TOKEN.id, 7);
    replica.signal();
    await woken;
    await Promise.all([database.close(), replica.close()]);
  });
});
