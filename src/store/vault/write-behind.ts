import type { Failure } from '../../core/codes.ts';
import { ok, type Result } from '../../core/result.ts';

/** Most in one statement. */
const BATCH = 200;

/** Stores what is added in batches and in order, without anyone waiting who does not ask to. */
export class WriteBehind<T> {
  readonly #store: (batch: readonly T[]) => Promise<Result<void, Failure>>;
  readonly #pending: T[] = [];
  #writing: Promise<Result<void, Failure>> | undefined;

  constructor(store: (batch: readonly T[]) => Promise<Result<void, Failure>>) {
    this.#store = store;
  }

  add(item: T): void {
    this.#pending.push(item);
    void this.#write();
  }

  /** Resolves when all that was added is stored; what could not be stored before is tried again. */
  settled(): Promise<Result<void, Failure>> {
    return this.#write();
  }

  #write(): Promise<Result<void, Failure>> {
    this.#writing ??= this.#run();
    return this.#writing;
  }

  async #run(): Promise<Result<void, Failure>> {
    // In a microtask, so that everything the caller adds now goes into one batch.
    await Promise.resolve();
    let stored: Result<void, Failure> = ok(undefined);
    while (stored.ok && this.#pending.length > 0) {
      const batch = this.#pending.slice(0, BATCH);
      stored = await this.#store(batch);
      if (stored.ok) this.#pending.splice(0, batch.length);
    }
    this.#writing = undefined;
    return stored;
  }
}
