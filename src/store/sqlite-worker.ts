import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { BoundedMap } from '../core/bounded-map.ts';
import { Defect } from '../core/defect.ts';
import type { SqliteOutcome, SqliteReply, SqliteRequest, SqliteStatement, SqliteWorkerData } from './sqlite-protocol.ts';

/*
 * The one thread that has the database open: SQLite is synchronous and its commits wait for the medium, which must not
 * happen on the thread that relays bytes. It answers requests in the order in which they come.
 */

/** Between two attempts, ms. */
const PAUSE = 10;

if (parentPort === null) throw new Defect('sqlite-worker.ts runs in a worker thread only');
const port = parentPort;

const { file, busyTimeout } = workerData as SqliteWorkerData;
const database = new DatabaseSync(file, { timeout: busyTimeout, enableForeignKeyConstraints: true });
useWal();
database.exec('PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;');
// What is deleted is overwritten, not only forgotten: content is shredded by deleting its key.
database.exec('PRAGMA secure_delete = ON;');

/**
 * Has the database write ahead. Processes that open a new one at once are in each other's way here, and SQLite, which would have to
 * wait with a lock in its hand, gives up at once instead (https://sqlite.org/c3ref/busy_handler.html).
 */
function useWal(): void {
  const until = performance.now() + busyTimeout;
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL;');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error;
      Atomics.wait(never, 0, 0, PAUSE);
    }
  }
}

/** SQLITE_BUSY and its kinds (https://sqlite.org/rescode.html#busy). */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}

/** Prepared statements by their text. */
const prepared = new BoundedMap<string, StatementSync>(256);

function prepare(sql: string): StatementSync {
  const known = prepared.get(sql);
  if (known !== undefined) return known;
  const statement = database.prepare(sql);
  prepared.set(sql, statement);
  return statement;
}

function run({ sql, parameters }: SqliteStatement): SqliteOutcome {
  const statement = prepare(sql);
  if (statement.columns().length > 0) return { ok: true, rows: statement.all(...parameters), changes: 0 };
  return { ok: true, rows: [], changes: Number(statement.run(...parameters).changes) };
}

function attempt(action: () => SqliteOutcome): SqliteOutcome {
  try {
    return action();
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

const DONE: SqliteOutcome = { ok: true, rows: [], changes: 0 };

function exec(sql: string): SqliteOutcome {
  return attempt(() => {
    database.exec(sql);
    return DONE;
  });
}

/** Nothing is answered before the commit: an acknowledged write is on the medium. */
function runGroup(statements: readonly SqliteStatement[]): readonly SqliteOutcome[] {
  if (!statements.some((statement) => statement.writes)) return statements.map((statement) => attempt(() => run(statement)));
  const begun = exec('BEGIN IMMEDIATE');
  if (!begun.ok) return statements.map(() => begun);
  const outcomes = statements.map((statement) => attempt(() => run(statement)));
  // Some errors (full disk, I/O) make SQLite roll the whole transaction back by itself.
  const committed = database.isTransaction
    ? exec('COMMIT')
    : ({ ok: false, message: 'the transaction was rolled back' } as const);
  if (committed.ok) return outcomes;
  if (database.isTransaction) exec('ROLLBACK');
  return outcomes.map((outcome) => (outcome.ok ? committed : outcome));
}

/** `data_version` moves with commits of others, `total_changes()` with our own. */
function version(): SqliteOutcome {
  const others = run({ sql: 'PRAGMA data_version', parameters: [], writes: false });
  const own = run({ sql: 'SELECT total_changes() AS own', parameters: [], writes: false });
  if (!others.ok || !own.ok) return others.ok ? own : others;
  return { ok: true, rows: [{ ...others.rows[0], ...own.rows[0] }], changes: 0 };
}

function answer(request: SqliteRequest): readonly SqliteOutcome[] {
  switch (request.kind) {
    case 'group':
      return runGroup(request.statements);
    case 'bare':
      return request.statements.map((statement) => attempt(() => run(statement)));
    case 'reset':
      return [database.isTransaction ? exec('ROLLBACK') : DONE];
    case 'version':
      return [attempt(version)];
    case 'close':
      return [
        attempt(() => {
          prepared.clear();
          database.close();
          return DONE;
        }),
      ];
  }
}

port.on('message', (request: SqliteRequest) => {
  port.postMessage({ id: request.id, outcomes: answer(request) } satisfies SqliteReply);
  if (request.kind === 'close') port.close();
});
