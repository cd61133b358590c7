import { Client, type ClientConfig } from 'pg';
import type { Milliseconds } from '../../core/units.ts';

/** Of the notifications; it belongs to one database. */
const CHANNEL = 'cordon_changes';
/** Without payload: the rows are the truth. */
export const NOTIFY = `NOTIFY ${CHANNEL}`;

/** Longer, and the connection is taken for dead. */
const ANSWER_TIMEOUT: Milliseconds = 2_000;

/**
 * A connection of its own that hears notifications, and tells by a version whether anything was missed: it changes with every
 * transaction of the server that writes, and with every new connection.
 */
export class ChangeListener {
  readonly #config: ClientConfig;
  readonly #onNotification: () => void;
  #client: Client | undefined;
  #connections = 0;
  #isClosed = false;

  constructor(config: ClientConfig, onNotification: () => void) {
    this.#config = { ...config, query_timeout: ANSWER_TIMEOUT };
    this.#onNotification = onNotification;
  }

  /** A value that differs from the last one when something may have changed. Connects where it has to. */
  async version(): Promise<string> {
    const client = this.#client ?? (await this.#connect());
    try {
      // It lists the transactions that are under way: none can begin or end without changing it.
      const { rows } = await client.query<{ snapshot: string }>('SELECT pg_current_snapshot()::text AS snapshot');
      return `${this.#connections} ${rows[0]?.snapshot}`;
    } catch (error) {
      this.#drop(client);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => {});
  }

  async #connect(): Promise<Client> {
    const client = new Client(this.#config);
    client.on('error', () => this.#drop(client));
    client.on('end', () => this.#drop(client));
    client.on('notification', this.#onNotification);
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      if (this.#isClosed) throw new Error('The database is closed');
    } catch (error) {
      this.#drop(client);
      throw error;
    }
    this.#client = client;
    this.#connections += 1;
    return client;
  }

  #drop(client: Client): void {
    if (this.#client === client) this.#client = undefined;
    void client.end().catch(() => {});
  }
}
