import { extname } from 'node:path';
import { URL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { SqliteOutcome, SqliteReply, SqliteRequest, SqliteStatement, SqliteWorkerData } from './sqlite-protocol.ts';

/** Rows of a reader, number of changed rows of a writer. */
export type SqliteRows = Extract<SqliteOutcome, { ok: true }>;

/** What the database or its worker reports. Thrown, since Kysely expects that of a driver; ends in `attemptStore()`. */
class SqliteError extends Error {
  override readonly name = 'SqliteError';
}

/** The database, held alone until released. */
export interface SqliteLease {
  execute(statement: SqliteStatement): Promise<SqliteRows>;
  /** Rolls back what is still open, and lets the others go on. */
  release(): Promise<void>;
}

interface WaitingStatement {
  readonly kind: 'statement';
  readonly statement: SqliteStatement;
  readonly settle: (outcome: SqliteOutcome) => void;
}

interface WaitingLease {
  readonly kind: 'lease';
  readonly settle: (outcome: SqliteOutcome) => void;
}

/** Most statements in one transaction: bounds how long the first of them waits for the last. */
const GROUP_STATEMENTS = 256;
/** Most callers that wait; a store that does not keep up must say so. */
const MAX_WAITING = 10_000;

/**
 * Posts statements to the worker that has the database open. Those that arrive while a group is under way form the next
 * one, and share its commit.
 */
export class SqliteClient {
  readonly #worker: Worker;
  readonly #replies = new Map<number, (outcomes: readonly SqliteOutcome[]) => void>();
  #waiting: (WaitingStatement | WaitingLease)[] = [];
  #busy = false;
  #requests = 0;
  #stopped: string | undefined;
  #closing = false;

  constructor(data: SqliteWorkerData) {
    // The sources run as TypeScript, the package as JavaScript.
    const worker = new URL(`./sqlite-worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(worker, { workerData: data, name: 'sqlite' });
    this.#worker.on('message', (reply: SqliteReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#stop(error instanceof Error ? error.message : String(error)));
    this.#worker.on('exit', () => this.#stop('The thread of the database has ended'));
    this.#worker.unref();
  }

  /** Runs one statement, in a transaction it may share with others. Rejects with {@link SqliteError}. */
  async execute(statement: SqliteStatement): Promise<SqliteRows> {
    return rowsOf(await this.#wait((settle) => ({ kind: 'statement', statement, settle })));
  }

  /** Waits for the turn, then holds the database for a transaction of several statements. */
  async lease(): Promise<SqliteLease> {
    rowsOf(await this.#wait((settle) => ({ kind: 'lease', settle })));
    let held = true;
    return {
      execute: async (statement) => {
        if (!held) throw new SqliteError('The transaction has ended');
        return rowsOf(await this.#postOne({ kind: 'bare', statements: [statement] }));
      },
      release: async () => {
        if (!held) return;
        held = false;
        await this.#postOne({ kind: 'reset' });
        this.#next();
      },
    };
  }

  /** A value that differs from the last one when the database has changed, by whichever process. */
  async version(): Promise<string> {
    return JSON.stringify(rowsOf(await this.#postOne({ kind: 'version' })).rows);
  }

  /** Ends the worker after what has been asked of it. */
  async close(): Promise<void> {
    if (this.#stopped !== undefined) return;
    const exited = new Promise<void>((resolve) => {
      this.#worker.once('exit', () => resolve());
    });
    this.#closing = true;
    this.#worker.ref();
    await this.#wait((settle) => ({ kind: 'lease', settle }));
    await this.#postOne({ kind: 'close' });
    await exited;
  }

  #wait(make: (settle: (outcome: SqliteOutcome) => void) => WaitingStatement | WaitingLease): Promise<SqliteOutcome> {
    if (this.#stopped !== undefined) return Promise.resolve({ ok: false, message: this.#stopped });
    if (this.#waiting.length >= MAX_WAITING) {
      return Promise.resolve({ ok: false, message: `More than ${MAX_WAITING} statements wait for the database` });
    }
    return new Promise((settle) => {
      this.#waiting.push(make(settle));
      // In a microtask, so that everything the caller does now goes into one group.
      if (!this.#busy) {
        this.#busy = true;
        queueMicrotask(() => this.#next());
      }
    });
  }

  /** Starts what waits first: a lease by itself, statements up to the next lease together. */
  #next(): void {
    const [first] = this.#waiting;
    this.#busy = first !== undefined;
    if (first === undefined) return;
    if (first.kind === 'lease') {
      this.#waiting.shift();
      first.settle({ ok: true, rows: [], changes: 0 });
      return;
    }
    const lease = this.#waiting.findIndex((waiting) => waiting.kind === 'lease');
    const count = Math.min(lease === -1 ? this.#waiting.length : lease, GROUP_STATEMENTS);
    const group = this.#waiting.splice(0, count).filter((waiting) => waiting.kind === 'statement');
    void this.#post({ kind: 'group', statements: group.map(({ statement }) => statement) }).then((outcomes) => {
      for (const [i, { settle }] of group.entries()) settle(outcomes[i] ?? this.#stoppedOutcome());
      this.#next();
    });
  }

  #post(request: RequestBody): Promise<readonly SqliteOutcome[]> {
    if (this.#stopped !== undefined) return Promise.resolve([]);
    const id = this.#requests++;
    return new Promise((resolve) => {
      this.#replies.set(id, resolve);
      this.#worker.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
      this.#worker.postMessage({ ...request, id } satisfies SqliteRequest);
    });
  }

  async #postOne(request: RequestBody): Promise<SqliteOutcome> {
    const [outcome] = await this.#post(request);
    return outcome ?? this.#stoppedOutcome();
  }

  #settle(reply: SqliteReply): void {
    const resolve = this.#replies.get(reply.id);
    this.#replies.delete(reply.id);
    // An idle database does not keep the process alive, an unanswered statement or a close does.
    if (this.#replies.size === 0 && !this.#closing) this.#worker.unref();
    resolve?.(reply.outcomes);
  }

  #stop(reason: string): void {
    this.#stopped ??= reason;
    const replies = [...this.#replies.values()];
    const waiting = this.#waiting;
    this.#replies.clear();
    this.#waiting = [];
    for (const resolve of replies) resolve([]);
    for (const { settle } of waiting) settle(this.#stoppedOutcome());
  }

  #stoppedOutcome(): SqliteOutcome {
    return { ok: false, message: this.#stopped ?? 'The database did not answer' };
  }
}

type RequestBody = SqliteRequest extends infer R ? (R extends SqliteRequest ? Omit<R, 'id'> : never) : never;

function rowsOf(outcome: SqliteOutcome): SqliteRows {
  if (!outcome.ok) throw new SqliteError(outcome.message);
  return outcome;
}
