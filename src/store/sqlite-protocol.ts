/** What crosses between the client and the worker of a SQLite database: plain data, cloned by the runtime. */

export type SqliteValue = null | number | bigint | string | Uint8Array;

export interface SqliteStatement {
  readonly sql: string;
  readonly parameters: readonly SqliteValue[];
  /** Whether it may change something; a batch of readers opens no write transaction. */
  readonly writes: boolean;
}

/**
 * `group`: independent statements that share one transaction and one sync; one that fails does not undo the others.
 * `bare`: run as they are, inside a transaction that the client opened.
 * `reset`: rolls back whatever transaction is open.
 * `version`: one value that changes when anything in the database has, by this or by another process.
 */
export type SqliteRequest =
  | { readonly id: number; readonly kind: 'group' | 'bare'; readonly statements: readonly SqliteStatement[] }
  | { readonly id: number; readonly kind: 'reset' | 'version' | 'close' };

export type SqliteOutcome =
  | { readonly ok: true; readonly rows: readonly object[]; readonly changes: number }
  | { readonly ok: false; readonly message: string };

export interface SqliteReply {
  readonly id: number;
  /** One per statement; one in all for the other kinds. */
  readonly outcomes: readonly SqliteOutcome[];
}

export interface SqliteWorkerData {
  readonly file: string;
  /** How long a statement waits for another process, in milliseconds. */
  readonly busyTimeout: number;
}
