import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { AgentId, TokenId } from '../../src/core/ids.ts';
import { createTokenRepository } from '../../src/store/agents/token-repository.ts';
import { migrate, MIGRATIONS, STORE, type Migration } from '../../src/store/migrate.ts';
import { ManualClock } from '../support/clock.ts';
import { describeOnEveryEngine } from './engines.ts';

const CLOCK = new ManualClock('2026-11-22T10:00:00Z');

const ADD_NOTES: Migration = {
  name: '9999-notes',
  apply: async (db) => {
    await sql`CREATE TABLE notes (id TEXT PRIMARY KEY)`.execute(db);
  },
};

describeOnEveryEngine('migrate()', (engine) => {
  it('applies each migration once, with its time', async () => {
    const { db } = await engine.open(CLOCK);
    expect(await migrate(db, CLOCK, { ...STORE, migrations: [...MIGRATIONS, ADD_NOTES] })).toEqual({
      ok: true,
      value: undefined,
    });
    expect(await migrate(db, CLOCK, { ...STORE, migrations: [...MIGRATIONS, ADD_NOTES] })).toEqual({
      ok: true,
      value: undefined,
    });
    const rows = await db.selectFrom('schema_migrations').selectAll().orderBy('version').execute();
    expect(rows).toEqual([
      ...MIGRATIONS.map(({ name }, i) => ({ version: i + 1, name, applied_at: CLOCK.now() })),
      { version: MIGRATIONS.length + 1, name: '9999-notes', applied_at: CLOCK.now() },
    ]);
  });

  it('refuses a database in which a newer program has changed something', async () => {
    const stored = await engine.create();
    const database = await stored.open();
    await migrate(database.db, CLOCK, { ...STORE, migrations: [...MIGRATIONS, ADD_NOTES] });
    await database.close();
    const expected = `Found a database of version ${MIGRATIONS.length + 1}, expected at most ${MIGRATIONS.length}: it was used by a newer Cordon, whose migration "9999-notes" changed`;
    expect(await stored.tryOpen()).toMatchObject({
      ok: false,
      failure: { code: 'store_unavailable', detail: expect.stringContaining(expected) as string },
    });
  });

  it('goes on with a database to which a newer program has only added', async () => {
    const stored = await engine.create();
    const upgraded = await stored.open();
    const additive = { ...ADD_NOTES, isAdditive: true } as const;
    const change = { name: '10000-change', apply: () => Promise.resolve() };
    const migrations = [...MIGRATIONS, additive];
    expect(await migrate(upgraded.db, CLOCK, { ...STORE, migrations })).toMatchObject({ ok: true });
    const started = await stored.open();
    const lives = { agent: 'bot' as AgentId, createdAt: CLOCK.now(), expiresAt: CLOCK.now() + 1_000 };
    expect(
      await createTokenRepository(started.db).insert({ id: 'older' as TokenId, ...lives }, new Uint8Array(32)),
    ).toMatchObject({ ok: true });
    // Of several steps all have to be such.
    expect(await migrate(upgraded.db, CLOCK, { ...STORE, migrations: [...migrations, change] })).toMatchObject({ ok: true });
    expect(await stored.tryOpen()).toMatchObject({
      ok: false,
      failure: { detail: expect.stringContaining('"10000-change" changed what') as string },
    });
  });

  it('leaves what runs one version back able to go on: what a version adds, it does not need', async () => {
    const stored = await engine.create();
    const [running, upgraded] = [await stored.open(), await stored.open()];
    const tokens = createTokenRepository(running.db);
    const lives = { agent: 'bot' as AgentId, createdAt: CLOCK.now(), expiresAt: CLOCK.now() + 1_000 };
    await tokens.insert({ id: 'before' as TokenId, ...lives }, new Uint8Array(32));
    const next: Migration = {
      name: '9999-next',
      apply: async (db) => {
        await ADD_NOTES.apply(db);
        await db.schema.alterTable('agent_tokens').addColumn('note', 'text').execute();
      },
    };
    expect(await migrate(upgraded.db, CLOCK, { ...STORE, migrations: [...MIGRATIONS, next] })).toMatchObject({ ok: true });
    expect(await tokens.insert({ id: 'after' as TokenId, ...lives }, new Uint8Array(32))).toMatchObject({ ok: true });
    expect(await tokens.revoke('before' as TokenId, CLOCK.now())).toEqual({ ok: true, value: true });
    const known = await createTokenRepository(upgraded.db).list();
    const revoked = known.ok && Object.fromEntries(known.value.map(({ id, revokedAt }) => [id, revokedAt]));
    expect(revoked).toEqual({ before: CLOCK.now(), after: undefined });
  });

  it('refuses a database with another history', async () => {
    const { db } = await engine.open();
    const other = MIGRATIONS.with(0, { ...MIGRATIONS[0]!, name: '0001-other' });
    expect(await migrate(db, CLOCK, { ...STORE, migrations: other })).toMatchObject({
      ok: false,
      failure: { detail: expect.stringContaining('0001-other') as string },
    });
  });

  it('changes nothing when a migration fails half-way', async () => {
    const { db } = await engine.open();
    const broken: Migration = {
      name: '9999-broken',
      apply: async (transaction) => {
        await ADD_NOTES.apply(transaction);
        await sql`CREATE TABLE notes (id TEXT)`.execute(transaction);
      },
    };
    expect(await migrate(db, CLOCK, { ...STORE, migrations: [...MIGRATIONS, broken] })).toMatchObject({
      ok: false,
      failure: { code: 'store_unavailable' },
    });
    expect(await migrate(db, CLOCK, { ...STORE, migrations: [...MIGRATIONS, ADD_NOTES] })).toMatchObject({ ok: true });
  });

  it('runs once when several open a new database at the same time', async () => {
    const stored = await engine.create();
    const [first] = await Promise.all(Array.from({ length: 4 }, () => stored.open()));
    const rows = await first!.db.selectFrom('schema_migrations').select('name').orderBy('version').execute();
    expect(rows).toEqual(MIGRATIONS.map(({ name }) => ({ name })));
  });
});
