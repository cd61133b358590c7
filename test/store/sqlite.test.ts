import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { AgentId, TokenId } from '../../src/core/ids.ts';
import { isSoundSqlite, openSqlite } from '../../src/store/sqlite.ts';
import { createTokenRepository } from '../../src/store/agents/token-repository.ts';
import { MACHINE_CLOCK } from '../support/clock.ts';
import { databaseIn, temporaryDirectory } from './fixtures.ts';

const PROGRAM = join(import.meta.dirname, 'token-process.ts');

async function inAnotherProcess(...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  const [status] = (await once(child, 'close')) as [number];
  expect(status).toBe(0);
}

function aToken(id: string) {
  return { id: id as TokenId, agent: 'bot' as AgentId, createdAt: 1, expiresAt: 2 };
}

describe('openSqlite()', () => {
  it('opens in WAL mode with full sync', async () => {
    const { db } = await databaseIn(temporaryDirectory());
    const mode = await sql<{ journal_mode: string }>`PRAGMA journal_mode`.execute(db);
    const sync = await sql<{ synchronous: number }>`PRAGMA synchronous`.execute(db);
    expect([mode.rows[0]?.journal_mode, sync.rows[0]?.synchronous]).toEqual(['wal', 2]);
  });

  it('waits for another process that has a new database to itself', async () => {
    const directory = temporaryDirectory();
    const other = new DatabaseSync(join(directory, 'cordon.db'));
    other.exec('BEGIN IMMEDIATE; CREATE TABLE others (x)');
    const opened = databaseIn(directory);
    await pause(300);
    other.exec('ROLLBACK');
    other.close();
    expect(await sql`PRAGMA journal_mode`.execute((await opened).db)).toMatchObject({ rows: [{ journal_mode: 'wal' }] });
  });

  it('keeps the directory at 0700 and every file at 0600', async () => {
    const directory = join(temporaryDirectory(), 'data');
    const { db } = await databaseIn(directory);
    await createTokenRepository(db).insert(aToken('aa'), new Uint8Array(32));
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    const files = readdirSync(directory);
    expect(files).toEqual(expect.arrayContaining(['cordon.db', 'cordon.db-wal', 'cordon.db-shm']));
    for (const file of files) expect([file, statSync(join(directory, file)).mode & 0o777]).toEqual([file, 0o600]);
  });

  it('fails when the file is no database, and when it is a directory', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'text.db'), 'This is not a database. '.repeat(100));
    mkdirSync(join(directory, 'directory.db'));
    for (const name of ['text.db', 'directory.db']) {
      const opened = await openSqlite({ file: join(directory, name), clock: MACHINE_CLOCK });
      expect(opened).toMatchObject({ ok: false, failure: { code: 'store_unavailable' } });
    }
  });

  it('fails queries after close() instead of leaving them unanswered', async () => {
    const database = await databaseIn(temporaryDirectory());
    const tokens = createTokenRepository(database.db);
    await database.close();
    expect(await tokens.list()).toMatchObject({ ok: false, failure: { code: 'store_unavailable' } });
  });

  it('answers each statement of a shared commit by itself', async () => {
    const { db } = await databaseIn(temporaryDirectory());
    const tokens = createTokenRepository(db);
    const results = await Promise.all(['aa', 'aa', 'bb'].map((id) => tokens.insert(aToken(id), new Uint8Array(32))));
    expect(results.map((result) => result.ok)).toEqual([true, false, true]);
    expect(await tokens.list()).toMatchObject({ value: [{ id: 'aa' }, { id: 'bb' }] });
  });

  it('commits once for many that write at the same time', async () => {
    const directory = temporaryDirectory();
    const tokens = createTokenRepository((await databaseIn(directory)).db);
    // Every commit appends each page that it changed: the file grows with their number.
    const logged = () => statSync(join(directory, 'cordon.db-wal')).size;
    const before = logged();
    for (let i = 0; i < 20; i++) await tokens.insert(aToken(`one${i}`), new Uint8Array(32));
    const byOneAtATime = logged() - before;
    await Promise.all(Array.from({ length: 20 }, (_, i) => tokens.insert(aToken(`many${i}`), new Uint8Array(32))));
    expect(logged() - before - byOneAtATime).toBeLessThan(byOneAtATime / 4);
  });

  it('undoes a transaction that throws, and keeps others out of it', async () => {
    const { db } = await databaseIn(temporaryDirectory());
    const tokens = createTokenRepository(db);
    const failing = db.transaction().execute(async (transaction) => {
      await createTokenRepository(transaction).insert(aToken('aa'), new Uint8Array(32));
      // Asked for meanwhile by somebody else: waits until the transaction is over.
      const outside = tokens.insert(aToken('bb'), new Uint8Array(32));
      expect(await Promise.race([outside, new Promise((resolve) => setTimeout(() => resolve('waits'), 20))])).toBe('waits');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await tokens.insert(aToken('cc'), new Uint8Array(32));
    expect(await tokens.list()).toMatchObject({ value: [{ id: 'bb' }, { id: 'cc' }] });
  });

  it('lets two processes write at the same time', async () => {
    const directory = temporaryDirectory();
    const tokens = createTokenRepository((await databaseIn(directory)).db);
    const other = inAnotherProcess(join(directory, 'cordon.db'), 'insert', 'other', '100');
    const own = Promise.all(Array.from({ length: 100 }, (_, i) => tokens.insert(aToken(`own${i}`), new Uint8Array(32))));
    await other;
    expect((await own).every((result) => result.ok)).toBe(true);
    const all = await tokens.list();
    expect(all.ok && all.value.length).toBe(200);
  });

  it('tells within a second that another process has changed something', async () => {
    const directory = temporaryDirectory();
    const database = await databaseIn(directory);
    const tokens = createTokenRepository(database.db);
    await tokens.insert(aToken('aa'), new Uint8Array(32));
    await new Promise((resolve) => setTimeout(resolve, 600));
    const changed = new Promise<number>((resolve) => {
      database.onChange(() => resolve(performance.now()));
    });
    await inAnotherProcess(join(directory, 'cordon.db'), 'revoke', 'aa');
    const committed = performance.now();
    expect((await changed) - committed).toBeLessThan(1000);
    expect(await tokens.find('aa' as TokenId)).toMatchObject({ value: { token: { revokedAt: 7 } } });
  });

  it('tells of own changes too, and of none when there is none', async () => {
    // A look that takes longer than this counts as a change: it has to be long enough for a machine that is busy.
    const watchInterval = 150;
    const database = await databaseIn(temporaryDirectory(), { watchInterval });
    const tokens = createTokenRepository(database.db);
    await new Promise((resolve) => setTimeout(resolve, 2 * watchInterval));
    let changes = 0;
    const subscription = database.onChange(() => changes++);
    await tokens.list();
    await new Promise((resolve) => setTimeout(resolve, 2 * watchInterval));
    expect(changes).toBe(0);
    await tokens.insert(aToken('aa'), new Uint8Array(32));
    await expect.poll(() => changes).toBeGreaterThan(0);
    subscription[Symbol.dispose]();
  });
});

describe('isSoundSqlite()', () => {
  it.each([
    ['3.51.3', true],
    ['3.51.2', false],
    ['3.53.0', true],
    ['3.9.9', false],
    ['4.0.0', true],
    ['2.99.99', false],
    ['unknown', false],
  ])('%s: %s', (version, sound) => {
    expect(isSoundSqlite(version)).toBe(sound);
  });
});
