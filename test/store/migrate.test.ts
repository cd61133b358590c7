import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { migrate, MIGRATIONS, type Migration } from '../../src/store/migrate.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { MACHINE_CLOCK, ManualClock } from '../support/clock.ts';
import { databaseIn, temporaryDirectory } from './fixtures.ts';

const CLOCK = new ManualClock('2026-11-22T10:00:00Z');

const ADD_NOTES: Migration = {
  name: '9999-notes',
  apply: async (db) => {
    await sql`CREATE TABLE notes (id TEXT PRIMARY KEY)`.execute(db);
  },
};

describe('migrate()', () => {
  it('applies each migration once, with its time', async () => {
    const { db } = await databaseIn(temporaryDirectory());
    expect(await migrate(db, CLOCK, [...MIGRATIONS, ADD_NOTES])).toEqual({ ok: true, value: undefined });
    expect(await migrate(db, CLOCK, [...MIGRATIONS, ADD_NOTES])).toEqual({ ok: true, value: undefined });
    const rows = await db.selectFrom('schema_migrations').selectAll().execute();
    expect(rows).toEqual([
      ...MIGRATIONS.map(({ name }, i) => ({ version: i + 1, name, applied_at: CLOCK.now() })),
      { version: MIGRATIONS.length + 1, name: '9999-notes', applied_at: CLOCK.now() },
    ]);
  });

  it('refuses a database that a newer program has used', async () => {
    const directory = temporaryDirectory();
    const database = await databaseIn(directory);
    await migrate(database.db, CLOCK, [...MIGRATIONS, ADD_NOTES]);
    await database.close();
    const reopened = await openSqlite({ file: join(directory, 'cordon.db'), clock: CLOCK });
    expect(reopened).toMatchObject({
      ok: false,
      failure: {
        code: 'store_unavailable',
        detail: `Found a database of version ${MIGRATIONS.length + 1}, expected at most ${MIGRATIONS.length}: it was used by a newer Cordon`,
      },
    });
  });

  it('refuses a database with another history', async () => {
    const { db } = await databaseIn(temporaryDirectory());
    const other = MIGRATIONS.with(0, { ...MIGRATIONS[0]!, name: '0001-other' });
    expect(await migrate(db, CLOCK, other)).toMatchObject({
      ok: false,
      failure: { detail: expect.stringContaining('0001-other') as string },
    });
  });

  it('changes nothing when a migration fails half-way', async () => {
    const { db } = await databaseIn(temporaryDirectory());
    const broken: Migration = {
      name: '9999-broken',
      apply: async (transaction) => {
        await ADD_NOTES.apply(transaction);
        await sql`CREATE TABLE notes (id TEXT)`.execute(transaction);
      },
    };
    expect(await migrate(db, CLOCK, [...MIGRATIONS, broken])).toMatchObject({
      ok: false,
      failure: { code: 'store_unavailable' },
    });
    expect(await migrate(db, CLOCK, [...MIGRATIONS, ADD_NOTES])).toMatchObject({ ok: true });
  });

  it('runs once when several open a new database at the same time', async () => {
    const file = join(temporaryDirectory(), 'cordon.db');
    const opened = await Promise.all(Array.from({ length: 4 }, () => openSqlite({ file, clock: MACHINE_CLOCK })));
    for (const database of opened) {
      expect(database).toMatchObject({ ok: true });
      if (database.ok) await database.value.close();
    }
  });
});
