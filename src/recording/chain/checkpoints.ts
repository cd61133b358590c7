import type { Clock } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';
import { signCheckpoint } from '../tree/checkpoint.ts';
import type { NoteSigner } from '../tree/signed-note.ts';
import { writeCheckpoint } from './checkpoint-file.ts';
import type { ChainPosition } from './chain-position.ts';

export interface CheckpointOptions {
  readonly writer: string;
  readonly directory: string;
  readonly signer: NoteSigner;
  readonly clock: Clock;
  readonly onError: (reason: string) => void;
}

/** At most so long what is on the medium goes unsigned. */
const INTERVAL: Milliseconds = 1000;

/** Signs where the chain stands, as far as the medium has it: at most once a second, and when asked. */
export class Checkpoints {
  readonly #options: CheckpointOptions;
  #synced: ChainPosition;
  #signed = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: CheckpointOptions, from: ChainPosition) {
    this.#options = options;
    this.#synced = from;
  }

  /** Everything up to here is on the medium. */
  synced(position: ChainPosition): void {
    if (position.tree.size <= this.#synced.tree.size) return;
    this.#synced = position;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.sign().catch((error: unknown) => this.#options.onError(String(error)));
    }, INTERVAL).unref();
  }

  /** Writes a checkpoint of what is on the medium now, unless there is one. Rejects where it cannot be written. */
  sign(): Promise<void> {
    this.#writing = this.#writing.catch(() => {}).then(() => this.#write());
    return this.#writing;
  }

  /** Signs what is left. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.sign().catch((error: unknown) => this.#options.onError(String(error)));
  }

  async #write(): Promise<void> {
    const { head, tree } = this.#synced;
    if (tree.size === this.#signed) return;
    const { writer, directory, signer, clock } = this.#options;
    const time = new Date(clock.now()).toISOString();
    await writeCheckpoint(directory, signCheckpoint(signer, { writer, tree, records: head.seq, time }));
    this.#signed = tree.size;
  }
}
