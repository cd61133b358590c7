import { Kysely, PostgresDialect } from 'kysely';
import { Pool, type ClientConfig, type PoolConfig } from 'pg';
import type { Failure } from '../../core/codes.ts';
import type { Clock } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { attemptStore } from '../attempt-store.ts';
import { watchChanges, type ChangeWatch } from '../change-watch.ts';
import type { Database } from '../database.ts';
import { type Lineage, migrate } from '../migrate.ts';
import type { Schema } from '../schema.ts';
import { judgedStream, type JudgeAddresses } from './judged-stream.ts';
import { ChangeListener, NOTIFY } from './change-listener.ts';
import { readPostgresUrl, type PostgresServer } from './server.ts';

export interface PostgresOptions {
  /** `postgres://user@host:port/database` */
  readonly url: string;
  readonly clock: Clock;
  /** Which addresses of the server may be dialled, asked with each connection; absent: whatever its name has. */
  readonly judge?: JudgeAddresses;
  /** Its tables; default: those of the store. */
  readonly lineage?: Lineage;
  /** Most connections for queries; one more hears of changes. Default 10. */
  readonly connections?: number;
  /** How long a statement may take; default 10 s. */
  readonly statementTimeout?: Milliseconds;
  /** How often it is looked at for changes that nobody signalled; default 500 ms. */
  readonly watchInterval?: Milliseconds;
}

/** Migrations rewrite tables, and wait for those of another process. */
const MIGRATION_TIMEOUT: Milliseconds = 600_000;
/** What a statement may take beyond its own timeout until its connection is taken for dead. */
const GRACE: Milliseconds = 2_000;

/**
 * The store on a PostgreSQL server, migrated and ready. The server may go away and come back: what is asked meanwhile fails,
 * listeners are told that nothing is known, and the first query after it finds a new connection.
 * @failure store_unavailable with host and database, never with the password
 */
export async function openPostgres(options: PostgresOptions): Promise<Result<Database, Failure>> {
  const server = readPostgresUrl(options.url);
  if (!server.ok) return fail({ code: 'store_unavailable', detail: server.failure });
  const { label } = server.value;
  const config = judgedConfig(server.value, options);
  const migrated = await migrateServer(config, options);
  if (!migrated.ok) return about(label, migrated.failure);
  const { connections = 10, statementTimeout = 10_000, watchInterval = 500 } = options;
  // Signals may come as soon as it listens; what they tell of is in the version that is asked for then.
  let watch: ChangeWatch | undefined;
  const listener = new ChangeListener(config, () => watch?.wake());
  const known = await attemptStore('listen for changes', () => listener.version());
  if (!known.ok) return about(label, known.failure);
  const watched = (watch = watchChanges(() => listener.version(), watchInterval, known.value));
  const pool = openPool({ ...config, max: connections }, statementTimeout);
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  const notify = notifier(pool);
  const close = async (): Promise<void> => {
    watched[Symbol.dispose]();
    await listener.close();
    // Not by Kysely, which leaves a pool alone that it was never asked to use.
    if (!pool.ending) await pool.end();
  };
  return ok({
    db,
    signal() {
      watched.wake();
      notify();
    },
    onChange: (listener) => watched.subscribe(listener),
    close,
    [Symbol.asyncDispose]: close,
  });
}

function about(label: string, { code, detail }: Failure): Result<never, Failure> {
  return fail({ code, detail: `PostgreSQL database ${label}: ${detail}` });
}

function judgedConfig({ config }: PostgresServer, { judge }: PostgresOptions): ClientConfig {
  return judge === undefined ? config : { ...config, stream: () => judgedStream(judge) };
}

async function migrateServer(config: ClientConfig, { clock, lineage }: PostgresOptions): Promise<Result<void, Failure>> {
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: openPool({ ...config, max: 1 }, MIGRATION_TIMEOUT) }) });
  try {
    return await migrate(db, clock, lineage);
  } finally {
    await db.destroy();
  }
}

function openPool(config: PoolConfig, timeout: Milliseconds): Pool {
  // Twice: the server ends a statement that takes too long, and the client gives up a server that does not answer.
  const pool = new Pool({ ...config, statement_timeout: timeout, query_timeout: timeout + GRACE });
  // A connection that breaks fails the query it carries, and leaves the pool. Without listeners it would end the process:
  // of the pool for connections that are idle, of the connection for those in use.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/**
 * Notifies in a transaction of its own, after the one that changed something: the lock that every commit with a notification
 * takes is held as short as can be. Signals that arrive meanwhile share the next one.
 */
function notifier(pool: Pool): () => void {
  let isBusy = false;
  let isAsked = false;
  const run = async (): Promise<void> => {
    isBusy = true;
    while (isAsked) {
      isAsked = false;
      // Who does not hear of it looks by itself.
      await pool.query(NOTIFY).catch(() => {});
    }
    isBusy = false;
  };
  return () => {
    isAsked = true;
    if (!isBusy) void run();
  };
}
