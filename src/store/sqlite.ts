import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import type { Failure } from '../core/codes.ts';
import type { Clock } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Milliseconds } from '../core/units.ts';
import { attemptStore } from './attempt-store.ts';
import { watchChanges } from './change-watch.ts';
import type { Database } from './database.ts';
import { type Lineage, migrate } from './migrate.ts';
import type { Schema } from './schema.ts';
import { SqliteClient } from './sqlite-client.ts';
import { createSqliteDialect } from './sqlite-driver.ts';

export interface SqliteOptions {
  /** Path of the database: `<data>/cordon.db`. */
  readonly file: string;
  readonly clock: Clock;
  /** Its tables; default: those of the store. */
  readonly lineage?: Lineage;
  /** How long a statement waits for another process; default 5 s. */
  readonly busyTimeout?: Milliseconds;
  /** How often other processes' changes are looked for; default 500 ms. */
  readonly watchInterval?: Milliseconds;
}

/** Older ones can corrupt a database in WAL mode (https://sqlite.org/wal.html#walresetbug). */
const OLDEST_SQLITE = [3, 51, 3] as const;

/**
 * The embedded store, migrated and ready: WAL, `synchronous = FULL`, one thread, directory 0700, files 0600. Several
 * processes may have it open.
 * @failure store_unavailable
 */
export async function openSqlite(options: SqliteOptions): Promise<Result<Database, Failure>> {
  const version = sqliteVersion();
  if (!isSoundSqlite(version)) {
    const detail = `Found SQLite ${version}, expected ${OLDEST_SQLITE.join('.')} or newer: use the Node that Cordon ships with`;
    return fail({ code: 'store_unavailable', detail });
  }
  const prepared = await attemptStore(`use ${options.file}`, async () => makePrivateFile(options.file));
  if (!prepared.ok) return prepared;
  const client = new SqliteClient({ file: options.file, busyTimeout: options.busyTimeout ?? 5000 });
  const db = new Kysely<Schema>({ dialect: createSqliteDialect(client) });
  const migrated = await migrate(db, options.clock, options.lineage);
  const known = migrated.ok ? await attemptStore('read its version', () => client.version()) : migrated;
  if (!known.ok) {
    await client.close();
    return known;
  }
  const watch = watchChanges(() => client.version(), options.watchInterval ?? 500, known.value);
  const close = async (): Promise<void> => {
    watch[Symbol.dispose]();
    await db.destroy();
  };
  return ok({
    db,
    signal: () => watch.wake(),
    onChange: (listener) => watch.subscribe(listener),
    close,
    [Symbol.asyncDispose]: close,
  });
}

/** Asked of the library itself, before it touches the file; the version that Node was built with may be another one. */
function sqliteVersion(): string {
  using scratch = new DatabaseSync(':memory:');
  return String(scratch.prepare('SELECT sqlite_version() AS version').get()?.['version']);
}

/** Whether this version of SQLite is free of the defect that {@link OLDEST_SQLITE} mends. */
export function isSoundSqlite(version: string): boolean {
  const parts = /^(\d+)\.(\d+)\.(\d+)$/.exec(version)?.slice(1).map(Number);
  if (parts === undefined) return false;
  for (const [i, oldest] of OLDEST_SQLITE.entries()) {
    if (parts[i] !== oldest) return parts[i]! > oldest;
  }
  return true;
}

/** SQLite would create it as the umask says; its WAL and shared-memory files take the mode of this one. */
function makePrivateFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    // Only when it is new: closing a descriptor of an open database would drop its locks (fcntl(2)).
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    chmodSync(file, 0o600);
  }
}
