import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Random } from '../../../core/ports.ts';
import type { Milliseconds } from '../../../core/units.ts';
import { CHECKPOINT_NAME } from '../../../recording/chain/checkpoint-file.ts';
import type { OpenJournal } from '../../../recording/journal.ts';
import { segmentName } from '../../../recording/segment/segment-names.ts';
import { readCheckpoint } from '../../../recording/tree/checkpoint.ts';
import { readWriterList } from '../../../recording/tree/writer-list.ts';
import { type FollowedChains, followedChains } from '../../indexing/writers-in.ts';
import { writeCursor } from '../chain-cursor.ts';
import { FeedLoop } from '../feed-loop.ts';
import { SinkWatch, type WatchParts } from '../sink-watch.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { fileContent, type S3Content, textContent } from './s3-content.ts';
import type { S3Sink } from './s3-sink.ts';
import { finishedSegments, type UploadedChain, WaitingSegments } from './waiting-segments.ts';

export interface UploadParts extends WatchParts {
  /** Of all writers. */
  readonly directories: readonly string[];
  readonly leaves?: FollowedChains['leaves'];
  readonly cursors: string;
  /** The signed list of all writers, perhaps not there yet. */
  readonly writers: string;
  /** That this process writes. */
  readonly journals: readonly Pick<OpenJournal, 'writer' | 'directory' | 'durable' | 'turn'>[];
  readonly random: Random;
}

/**
 * So often a checkpoint is put there, and so old a segment becomes before another one follows (`SEGMENT_AGE`). What a quiet gateway
 * recorded comes to the store with the next checkpoint at the latest.
 */
const CHECKPOINT_EVERY: Milliseconds = 3_600_000;

/** No writer is called so. */
const WRITER_LISTS = '_writers';

/** Keeps a bucket up with the record: finished segments as they are, sealed, with checkpoints and lists of writers beside them. */
export class UploadFeed implements AsyncDisposable {
  readonly #sink: S3Sink;
  readonly #bucket: S3Bucket;
  readonly #parts: UploadParts;
  readonly #stop: AbortController;
  readonly #loop: FeedLoop;
  readonly #watch: SinkWatch;
  #checkpointAt: Milliseconds = 0;
  /** The list of writers that is there. */
  #listed: string | undefined;
  #trouble: string | undefined;

  constructor(sink: S3Sink, bucket: S3Bucket, stop: AbortController, parts: UploadParts) {
    [this.#sink, this.#bucket, this.#stop, this.#parts] = [sink, bucket, stop, parts];
    const waiting = new WaitingSegments();
    this.#watch = new SinkWatch(sink, parts, () => waiting.look(this.#chains()));
    this.#loop = new FeedLoop({ ...parts, feed: () => this.#feed(), onDefect: (error) => this.#putOff(String(error)) });
    this.#watch.start();
    this.#loop.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]();
    this.#stop.abort();
    await this.#loop[Symbol.asyncDispose]();
  }

  async #feed(): Promise<void> {
    const { journals, clock } = this.#parts;
    // Where records lie by home, no other record may follow for long: those of deliveries lie with what concerns no agent.
    for (const journal of journals) await journal.turn();
    for (const chain of this.#chains()) {
      if (!(await this.#segmentsOf(chain))) return;
    }
    if (!(await this.#listOfWriters())) return;
    if (clock.monotonic() < this.#checkpointAt) return;
    let areAllThere = true;
    for (const { directory } of journals) {
      const put = await this.#checkpointOf(directory);
      // The store is to be left alone for a while.
      if (put === false) return;
      areAllThere &&= put === true;
    }
    if (areAllThere) this.#checkpointAt = clock.monotonic() + CHECKPOINT_EVERY;
  }

  #chains(): readonly UploadedChain[] {
    const { cursors, journals } = this.#parts;
    return followedChains(this.#parts).map((directory) => {
      const writer = basename(directory);
      const open = journals.find((each) => each.writer === writer)?.durable.segment;
      return { directory, cursorFile: join(cursors, this.#sink.id, `${writer}.json`), open };
    });
  }

  /** @returns false where the store is to be left alone for a while */
  async #segmentsOf(chain: UploadedChain): Promise<boolean> {
    const { directory, cursorFile } = chain;
    const writer = basename(directory);
    for (const number of await finishedSegments(chain)) {
      const path = join(directory, segmentName(number));
      if (!(await this.#put(`${writer}/${segmentName(number)}`, await fileContent(path)))) return false;
      await writeCursor(cursorFile, { seq: 0, taken: { segment: number, offset: 0, block: 0 } });
      if ((await this.#checkpointOf(directory)) === false) return false;
    }
    return true;
  }

  /** @returns undefined where there is none yet */
  async #checkpointOf(chain: string): Promise<boolean | undefined> {
    const writer = basename(chain);
    const note = readIfThere(join(chain, CHECKPOINT_NAME));
    if (note === undefined) return undefined;
    const checkpoint = readCheckpoint(note, []);
    if (typeof checkpoint === 'string') return undefined;
    const content = textContent(note);
    // One chain may be vouched for twice at the same size, by two processes one after the other.
    const name = `${String(checkpoint.size).padStart(15, '0')}-${content.sha256.slice(0, 8)}`;
    return await this.#put(`${writer}/checkpoints/${name}`, content);
  }

  /**
   * Each list that is written, which happens each hour, and when there is a new writer: none of its chains can be gone there without
   * a trace. @returns false where the store is to be left alone for a while
   */
  async #listOfWriters(): Promise<boolean> {
    const note = readIfThere(this.#parts.writers);
    if (note === undefined || note === this.#listed) return true;
    const list = readWriterList(note, []);
    if (typeof list !== 'string') {
      const content = textContent(note);
      const name = `${list.time.replaceAll(/[^0-9TZ]/g, '')}-${content.sha256.slice(0, 8)}`;
      if (!(await this.#put(`${WRITER_LISTS}/${name}`, content))) return false;
    }
    this.#listed = note;
    return true;
  }

  async #put(key: string, content: S3Content): Promise<boolean> {
    if (this.#stop.signal.aborted) return false;
    const put = await this.#bucket.put(key, content);
    this.#watch.delivered(put.ok);
    if (!put.ok) {
      this.#putOff(`${put.failure.code}: ${put.failure.detail}`);
      return false;
    }
    if (put.value === 'other') {
      this.#parts.log.error(
        { sink: this.#sink.label, key },
        'Found something else in the bucket under the key of a segment, checkpoint or list: it is left there',
      );
    }
    this.#loop.succeeded();
    this.#trouble = undefined;
    return true;
  }

  #putOff(because: string): void {
    this.#loop.putOff();
    if (because === this.#trouble) return;
    this.#trouble = because;
    this.#parts.log.warn(
      { sink: this.#sink.label, host: this.#sink.host, because },
      'A sink does not take segments: they stay, and it is tried again',
    );
  }
}

/** Throws what the operating system reports. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
