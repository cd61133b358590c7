import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, inject, onTestFinished } from 'vitest';
import type { Failure } from '../../src/core/codes.ts';
import type { Clock } from '../../src/core/ports.ts';
import type { Result } from '../../src/core/result.ts';
import type { Database } from '../../src/store/database.ts';
import type { Schema } from '../../src/store/schema.ts';
import { openPostgres } from '../../src/store/postgres/postgres.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { ManualClock } from '../support/clock.ts';
import { temporaryDirectory, type WhenOver } from './fixtures.ts';

/** A database that a test has for itself; it is gone when the test ends. */
export interface TestDatabase {
  /** Opens it as one more process would. Without the test having to close it. */
  open(clock?: Clock): Promise<Database>;
  /** The same, for tests of what cannot be opened. */
  tryOpen(clock?: Clock): Promise<Result<Database, Failure>>;
}

/** What the store runs on. */
export interface Engine {
  readonly name: 'SQLite' | 'PostgreSQL';
  /** A new one, which nobody has opened yet. */
  create(): Promise<TestDatabase>;
  /** A new one, empty and migrated: enough for most tests. */
  open(clock?: Clock): Promise<Database>;
  /**
   * For a `describe` with many tests: one database for all of them, opened as two processes would.
   * @param tables what the tests write to: emptied before each
   * @returns what gives both, within a test
   */
  openTwice(tables: readonly (keyof Schema)[]): () => readonly [Database, Database];
}

const SQLITE: Engine = engine('SQLite', async (whenOver) => {
  const file = join(temporaryDirectory(whenOver), 'cordon.db');
  return (clock) => openSqlite({ file, clock });
});

const POSTGRES: Engine = engine('PostgreSQL', async (whenOver) => {
  const url = await newPostgresSchema(whenOver);
  return (clock) => openPostgres({ url, clock });
});

const ENGINES: readonly Engine[] = [SQLITE, POSTGRES];

/** `describe` for each engine; one that cannot run here is skipped by name. */
export function describeOnEveryEngine(name: string, tests: (engine: Engine) => void): void {
  for (const each of ENGINES) {
    const title = `${name} on ${each.name}`;
    if (each === POSTGRES) describeOnPostgres(title, () => tests(each));
    else describe(title, () => tests(each));
  }
}

/** `describe` for what needs PostgreSQL; skipped by name where it cannot run. */
export function describeOnPostgres(name: string, tests: () => void): void {
  const isMissing = 'missing' in inject('postgres');
  describe.skipIf(isMissing)(isMissing ? `${name} (cannot run here)` : name, tests);
}

/**
 * The URL of a new and empty schema on the server of the test run, dropped when the test is over: a database of its own takes
 * a hundred times as long. What happens in another one is seen as a change here, which changes are allowed to be.
 */
export async function newPostgresSchema(whenOver: WhenOver = onTestFinished): Promise<string> {
  const server = inject('postgres');
  if ('missing' in server) throw new Error(server.missing);
  const name = `t${randomBytes(8).toString('hex')}`;
  await onServer(server.url, `CREATE SCHEMA ${name}`);
  whenOver(() => onServer(server.url, `DROP SCHEMA ${name} CASCADE`));
  return `${server.url}&options=-c%20search_path%3D${name}`;
}

async function onServer(connectionString: string, statement: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  await client.query(statement);
  await client.end();
}

type Opener = (clock: Clock) => Promise<Result<Database, Failure>>;

function engine(name: Engine['name'], prepare: (whenOver: WhenOver) => Promise<Opener>): Engine {
  const create = async (whenOver: WhenOver = onTestFinished): Promise<TestDatabase> => {
    const opener = await prepare(whenOver);
    const tryOpen = (clock: Clock = new ManualClock('2026-11-22T10:00:00Z')) => opener(clock);
    const open = async (clock?: Clock): Promise<Database> => {
      const opened = await tryOpen(clock);
      if (!opened.ok) throw new Error(opened.failure.detail);
      whenOver(() => opened.value.close());
      return opened.value;
    };
    return { open, tryOpen };
  };
  const openTwice: Engine['openTwice'] = (tables) => {
    let both: readonly [Database, Database];
    const undo: (() => void | Promise<void>)[] = [];
    beforeAll(async () => {
      const shared = await create((step) => void undo.unshift(step));
      both = [await shared.open(), await shared.open()];
    });
    beforeEach(async () => {
      for (const table of tables) await both[0].db.deleteFrom(table).execute();
    });
    afterAll(async () => {
      for (const step of undo) await step();
    });
    return () => both;
  };
  return { name, create: () => create(), open: async (clock) => (await create()).open(clock), openTwice };
}
