/**
 * Keeps the policy in step with its directory. A change is noticed by a directory watch, by a hash poll where the watch
 * is deaf (network file systems, a directory that was replaced, files elsewhere that the policy names) and by SIGHUP. Reload
 * is all or nothing: a set of files that does not compile changes nothing (POL-12).
 */
import { type FSWatcher, statSync, watch } from 'node:fs';
import type { PolicyDigest } from '../core/ids.ts';
import type { Milliseconds } from '../core/units.ts';
import type { Result } from '../core/result.ts';
import type { PolicyFileIssue, PolicyFiles } from './policy-files.ts';

/** What compiling a source gives: a policy, or every issue it has; warnings may come beside a policy. */
export interface Compilation<P, I> {
  readonly policy?: P;
  readonly issues: readonly I[];
}

export interface PolicyWatchOptions<P, I, S extends PolicyFiles> {
  readonly directory: string;
  /** The digest in force when the watch starts; a difference is loaded at once. */
  readonly inForce: PolicyDigest;
  /** What lies there now. Its digest tells of everything that it was read from. */
  readonly read: () => Promise<Result<S, readonly PolicyFileIssue[]>>;
  readonly compile: (source: S) => Compilation<P, I>;
  /** Asked before what compiles comes into force: others who have to run it too, and what stands against it there. */
  readonly agree?: (source: S) => Promise<readonly PolicyFileIssue[]>;
  readonly onLoaded: (policy: P, source: S, issues: readonly I[]) => void | Promise<void>;
  /** The policy in force stays. Called once per refused set of files. */
  readonly onRefused: (issues: readonly (I | PolicyFileIssue)[], source?: S) => void;
  readonly debounce?: Milliseconds;
  readonly poll?: Milliseconds;
  /** How long a file has to stay without a byte before that is taken for what it says; default 1 s. */
  readonly settle?: Milliseconds;
}

export interface PolicyWatch {
  /** Looks at the files now, as SIGHUP does; a set that was refused before is tried and reported again. */
  reload(): Promise<'loaded' | 'refused' | 'unchanged'>;
  close(): void;
}

/** Watches until closed. */
export function watchPolicy<P, I, S extends PolicyFiles>(options: PolicyWatchOptions<P, I, S>): PolicyWatch {
  const watcher = new Watcher(options);
  watcher.start();
  return watcher;
}

class Watcher<P, I, S extends PolicyFiles> implements PolicyWatch {
  readonly #options: PolicyWatchOptions<P, I, S>;
  #inForce: PolicyDigest;
  /** What was refused last: a digest, or the reason why there is none. */
  #refused: string | undefined;
  /** Looks run one after the other, so that an older set never overtakes a newer one. */
  #queue: Promise<unknown> = Promise.resolve();
  #watch: FSWatcher | undefined;
  #watched: string | undefined;
  #debounce: NodeJS.Timeout | undefined;
  /** A set with a file that has no byte, and when it was first seen to be so. */
  #emptied: { readonly digest: PolicyDigest; readonly since: Milliseconds } | undefined;
  #poll: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #onSignal = (): void => void this.reload();

  constructor(options: PolicyWatchOptions<P, I, S>) {
    this.#options = options;
    this.#inForce = options.inForce;
  }

  start(): void {
    process.on('SIGHUP', this.#onSignal);
    this.#poll = setInterval(() => this.#look(), this.#options.poll ?? 30_000).unref();
    this.#look();
  }

  reload(): Promise<'loaded' | 'refused' | 'unchanged'> {
    return this.#enqueue(true);
  }

  close(): void {
    this.#closed = true;
    process.off('SIGHUP', this.#onSignal);
    clearInterval(this.#poll);
    clearTimeout(this.#debounce);
    this.#watch?.close();
  }

  #look(): void {
    this.#attach();
    void this.#enqueue(false);
  }

  /** Watches the directory that is there now; a directory that was replaced is another inode under the same path. */
  #attach(): void {
    const { directory } = this.#options;
    const { dev, ino } = statSync(directory, { throwIfNoEntry: false }) ?? {};
    const identity = ino === undefined ? undefined : `${dev}:${ino}`;
    if (identity === this.#watched) return;
    this.#watch?.close();
    this.#watched = identity;
    if (identity === undefined) return;
    try {
      this.#watch = watch(directory, { persistent: false }, () => this.#changed());
      this.#watch.on('error', () => this.#detach());
    } catch {
      // No watch to be had (limit of inotify, file system): the poll remains.
      this.#watched = undefined;
    }
  }

  #detach(): void {
    this.#watch?.close();
    this.#watched = undefined;
  }

  #changed(wait = this.#options.debounce ?? 100): void {
    clearTimeout(this.#debounce);
    this.#debounce = setTimeout(() => this.#look(), wait).unref();
  }

  /**
   * How long a file that has no byte is not yet taken for what it says: what writes in place empties it first, and an empty file is
   * a valid policy, under which nothing passes.
   */
  #untilSettled({ files, digest }: S): Milliseconds {
    if (files.every(({ text }) => text !== '')) {
      this.#emptied = undefined;
      return 0;
    }
    const now = performance.now();
    if (this.#emptied?.digest !== digest) this.#emptied = { digest, since: now };
    return Math.max(0, this.#emptied.since + (this.#options.settle ?? 1000) - now);
  }

  #enqueue(again: boolean): Promise<'loaded' | 'refused' | 'unchanged'> {
    const run = this.#queue.then(() => this.#apply(again)).catch((error: unknown) => this.#survive(error, again));
    this.#queue = run;
    return run;
  }

  async #apply(again: boolean): Promise<'loaded' | 'refused' | 'unchanged'> {
    if (this.#closed) return 'unchanged';
    const source = await this.#options.read();
    if (this.#closed) return 'unchanged';
    if (!source.ok) return this.#refuse(JSON.stringify(source.failure), again, source.failure);
    const { digest } = source.value;
    if (digest === this.#inForce) {
      this.#refused = undefined;
      return 'unchanged';
    }
    if (digest === this.#refused && !again) return 'refused';
    // Whoever asks for a look by hand has finished writing.
    const wait = again ? 0 : this.#untilSettled(source.value);
    if (wait > 0) {
      this.#changed(wait);
      return 'unchanged';
    }
    const { policy, issues } = this.#options.compile(source.value);
    if (policy === undefined) return this.#refuse(digest, again, issues, source.value);
    const objections = (await this.#options.agree?.(source.value)) ?? [];
    if (this.#closed) return 'unchanged';
    if (objections.length > 0) {
      this.#refuse(digest, true, objections, source.value);
      // Not for what it says: it is tried again.
      this.#refused = undefined;
      return 'refused';
    }
    this.#inForce = digest;
    this.#refused = undefined;
    await this.#options.onLoaded(policy, source.value, issues);
    return 'loaded';
  }

  /** A defect met while compiling: the policy in force stays, and the watch goes on. */
  #survive(error: unknown, again: boolean): 'refused' {
    const message = `The policy cannot be loaded: ${error instanceof Error ? error.message : String(error)}`;
    return this.#refuse(message, again, [{ file: this.#options.directory, message }]);
  }

  #refuse(mark: string, again: boolean, issues: readonly (I | PolicyFileIssue)[], source?: S): 'refused' {
    if (mark !== this.#refused || again) this.#options.onRefused(issues, source);
    this.#refused = mark;
    return 'refused';
  }
}
