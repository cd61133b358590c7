import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import { Defect } from '../core/defect.ts';
import type { SqliteClient, SqliteLease } from './sqlite-client.ts';
import type { SqliteStatement, SqliteValue } from './sqlite-protocol.ts';

/** Kysely over a {@link SqliteClient}: outside transactions, queries of different callers share commits. */
export function createSqliteDialect(client: SqliteClient): Dialect {
  return {
    createDriver: () => new SqliteWorkerDriver(client),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new SharedSqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

/**
 * Kysely lets queries to SQLite go one by one, each behind the commit of the last, and every one that ends wakes all that wait.
 * Here the client has a queue of its own, in which they share commits and transactions are kept apart.
 */
class SharedSqliteAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class SqliteWorkerDriver implements Driver {
  readonly #client: SqliteClient;

  constructor(client: SqliteClient) {
    this.#client = client;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteConnection> {
    return new SqliteConnection(this.#client);
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connectionOf(connection).begin();
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connectionOf(connection).end('COMMIT');
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connectionOf(connection).end('ROLLBACK');
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    await connectionOf(connection).release();
  }

  async destroy(): Promise<void> {
    await this.#client.close();
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #client: SqliteClient;
  #lease: SqliteLease | undefined;

  constructor(client: SqliteClient) {
    this.#client = client;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const statement: SqliteStatement = {
      sql: query.sql,
      parameters: query.parameters as readonly SqliteValue[],
      writes: query.query.kind !== 'SelectQueryNode',
    };
    const { rows, changes } = await (this.#lease ?? this.#client).execute(statement);
    return { rows: rows as R[], numAffectedRows: BigInt(changes) };
  }

  // oxlint-disable-next-line require-yield -- Kysely asks for the method; no query of ours streams.
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Defect('Rows of SQLite are not streamed');
  }

  async begin(): Promise<void> {
    this.#lease = await this.#client.lease();
    // The write lock at once: taken later it can fail with work done (https://sqlite.org/lang_transaction.html §2.2).
    await this.#lease.execute({ sql: 'BEGIN IMMEDIATE', parameters: [], writes: true });
  }

  async end(sql: 'COMMIT' | 'ROLLBACK'): Promise<void> {
    await this.#lease?.execute({ sql, parameters: [], writes: true });
  }

  async release(): Promise<void> {
    const lease = this.#lease;
    this.#lease = undefined;
    await lease?.release();
  }
}

function connectionOf(connection: DatabaseConnection): SqliteConnection {
  if (connection instanceof SqliteConnection) return connection;
  throw new Defect('The connection belongs to another driver');
}
