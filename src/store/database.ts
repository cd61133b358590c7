import type { Kysely } from 'kysely';
import type { ChangeSignal } from '../core/change-signal.ts';
import type { Schema } from './schema.ts';

/** The shared state, migrated and ready, whichever engine keeps it. Several processes may have it open. */
export interface Database extends ChangeSignal, AsyncDisposable {
  readonly db: Kysely<Schema>;
  /** Waits for what is under way; later queries fail. */
  close(): Promise<void>;
}
