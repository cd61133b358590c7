import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, 'postgres-process.ts');
const USER = 'cordon';
export const DATABASE_PASSWORD = 'correct-horse';

/** A PostgreSQL server of a test, on a socket in a directory of its own. */
export class PostgresServer implements AsyncDisposable {
  readonly #root: string;
  readonly #directory: string;
  #process: ChildProcess | undefined;

  private constructor() {
    this.#root = mkdtempSync(join(tmpdir(), 'cordon-pg-'));
    // The server may be another user, to whom the directory in it belongs.
    chmodSync(this.#root, 0o711);
    this.#directory = join(this.#root, 'db');
  }

  /** Rejects with what the server said where it cannot run. */
  static async start(): Promise<PostgresServer> {
    const server = new PostgresServer();
    try {
      await server.start();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** The URL of the database that every server has. */
  get url(): string {
    return `postgres://${USER}:${DATABASE_PASSWORD}@/postgres?host=${this.#directory}`;
  }

  /** Where it listens. */
  get socketPath(): string {
    return join(this.#directory, '.s.PGSQL.5432');
  }

  /** Another server with all that this one had when it stopped: the standby to which everything was replicated. */
  async copy(): Promise<PostgresServer> {
    const other = new PostgresServer();
    // With their owner, as whom the server runs.
    execFileSync('cp', ['--archive', this.#directory, other.#directory]);
    await other.start();
    return other;
  }

  /** Starts it again, with what it had. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [PROGRAM, this.#directory, USER, DATABASE_PASSWORD], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#process = child;
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const ended = once(child, 'close').then(() => Promise.reject(new Error(said.trim() || 'PostgreSQL ended without a word')));
    await Promise.race([once(child.stdout, 'data'), ended]);
    ended.catch(() => {});
  }

  /** Ends every connection. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const closed = once(child, 'close');
    child.stdin?.end();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.#root, { recursive: true, force: true });
  }
}
