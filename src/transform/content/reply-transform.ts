import { pipeline, type Transform } from 'node:stream';
import type { Failure } from '../../core/codes.ts';
import type { RawFields, ReplySink } from '../../core/exchange/reply-sink.ts';
import type { Result } from '../../core/result.ts';
import type { TextFilter } from '../../masking/text-filter.ts';
import { fieldValue, toFieldLines } from '../../wire/http/fields.ts';
import { planReply, type ReplyPlan, type ReplyRequest } from '../fields/reply-plan.ts';
import { withoutDigests } from '../fields/digest-fields.ts';
import { contentFailure } from './content-error.ts';
import type { Pieces, TextStep } from './text-step.ts';
import { filterAlone, transformationStages, type Transformation } from './transformation.ts';

/** How the answer to one request is transformed. */
export interface ReplyTransformation extends Pick<Transformation, 'mislabelled' | 'limits' | 'memory'> {
  readonly request: ReplyRequest;
  /** What its content goes through, by its status and fields as the origin sent them. */
  filterFor(status: number, fields: RawFields): TextFilter | 'pass' | Failure;
  /** Whether its Content-Type is of text with NUL bytes in it. */
  mayHoldNul(contentType: string | undefined): boolean;
  /** Told once of a failure, at once, so that the origin is not listened to any longer. */
  onFailure(failure: Failure): void;
}

/** How the content is read. */
type Reading = Pick<Transformation, 'filter' | 'mayHoldNul'>;

interface Head {
  readonly status: number;
  readonly reason: string;
  readonly fields: RawFields;
}

/**
 * Passes an answer on with its content transformed. Its head waits for the first content that is ready to leave, so that
 * the caller can still answer with a problem; for a stream of events, and where no codings are in the way, only for the rest
 * of this turn of the event loop.
 *
 * A failure is told to `onFailure`. If the inner sink has been started by then it is aborted; if not, it is left untouched
 * and free for another answer.
 */
export class ReplyTransform implements ReplySink {
  /** Resolves once nothing more reaches the inner sink, with what went wrong here. Content may leave after `end()` was called. */
  readonly settled: Promise<Failure | undefined>;
  readonly #inner: ReplySink;
  readonly #transformation: ReplyTransformation;
  #settle!: (failure: Failure | undefined) => void;
  #isStarted = false;
  #isSettled = false;
  #head: Head | undefined;
  /** The way of the content: one of them, or neither where it passes untouched. */
  #step: TextStep | undefined;
  #stages: { readonly first: Transform; readonly last: Transform } | undefined;
  #trailers: RawFields = [];

  constructor(inner: ReplySink, transformation: ReplyTransformation) {
    this.#inner = inner;
    this.#transformation = transformation;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    inner.whenAborted(() => this.#close(undefined));
  }

  get started(): boolean {
    return this.#isStarted || this.#inner.started;
  }

  get closed(): boolean {
    return this.#inner.closed;
  }

  continue(): void {
    this.#inner.continue();
  }

  inform(status: number, fields: RawFields): void {
    this.#inner.inform(status, fields);
  }

  start(status: number, reason: string, fields: RawFields, isAll?: boolean): void {
    this.#isStarted = true;
    const filter = this.#transformation.filterFor(status, fields);
    if (filter === 'pass') {
      this.#inner.start(status, reason, fields, isAll);
      return;
    }
    if ('code' in filter) {
      this.cut(filter);
      return;
    }
    const lines = toFieldLines(fields);
    const plan = planReply(this.#transformation.request, status, lines);
    const mayHoldNul = this.#transformation.mayHoldNul(fieldValue(lines, 'content-type'));
    if (plan.ok) this.#begin({ status, reason, fields: plan.value.fields }, plan.value, { filter, mayHoldNul });
    else this.cut(plan.failure);
  }

  write(chunk: Uint8Array): boolean {
    if (this.#isSettled) return true;
    // A stage that broke asks to wait, and would never call back; the failure is told before the next turn.
    if (this.#stages !== undefined) return this.#stages.first.write(chunk) || this.#stages.first.errored !== null;
    return this.#step === undefined ? this.#inner.write(chunk) : this.#hand(this.#step.push(chunk));
  }

  whenDrained(listener: () => void): void {
    if (this.#stages === undefined) this.#inner.whenDrained(listener);
    else this.#stages.first.once('drain', listener);
  }

  end(trailers: RawFields = []): void {
    if (this.#isSettled) return;
    const isTransformed = this.#step !== undefined || this.#stages !== undefined;
    this.#trailers = isTransformed ? withoutDigests(trailers) : trailers;
    if (this.#stages !== undefined) {
      this.#stages.first.end();
      return;
    }
    if (this.#step !== undefined) this.#hand(this.#step.finish());
    this.#finish();
  }

  abort(): void {
    this.#close(undefined);
  }

  whenAborted(listener: () => void): void {
    this.#inner.whenAborted(listener);
  }

  /** Ends the answer for this reason, however far it is. */
  cut(failure: Failure): void {
    if (this.#isSettled) return;
    this.#close(failure);
    this.#transformation.onFailure(failure);
  }

  #begin(head: Head, { came, leaves, isEventStream, flushes }: ReplyPlan, reading: Reading): void {
    const { mislabelled, limits, memory } = this.#transformation;
    const transformation = { came, leaves, ...reading, mislabelled, limits, memory, flushes };
    this.#head = head;
    this.#step = filterAlone(transformation);
    if (this.#step === undefined) this.#connect(transformationStages(transformation));
    // The status must not wait for content that may be minutes away.
    if (isEventStream || this.#step !== undefined) process.nextTick(() => this.#sendHead());
  }

  #connect(stages: [Transform, ...Transform[]]): void {
    const last = stages.at(-1)!;
    this.#stages = { first: stages[0], last };
    last.on('data', (chunk: Uint8Array) => {
      this.#sendHead();
      if (this.#inner.write(chunk)) return;
      last.pause();
      this.#inner.whenDrained(() => last.resume());
    });
    last.once('end', () => this.#finish());
    pipeline(stages, (error) => {
      // The exchange itself tells of an origin that breaks off; only stages end here.
      if (error) this.cut(contentFailure(error, 'internal_error'));
    });
  }

  #hand(filtered: Result<Pieces, Failure>): boolean {
    if (!filtered.ok) {
      this.cut(filtered.failure);
      return true;
    }
    let wantsMore = true;
    for (const piece of filtered.value) {
      if (piece.length === 0 || this.#isSettled) continue;
      this.#sendHead();
      wantsMore = this.#inner.write(piece);
    }
    return wantsMore;
  }

  #sendHead(): void {
    if (this.#head === undefined || this.#isSettled) return;
    const { status, reason, fields } = this.#head;
    this.#head = undefined;
    this.#inner.start(status, reason, fields);
  }

  #finish(): void {
    if (this.#isSettled) return;
    this.#sendHead();
    this.#isSettled = true;
    this.#inner.end(this.#trailers);
    this.#settle(undefined);
  }

  #close(failure: Failure | undefined): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    for (const stage of [this.#stages?.first, this.#stages?.last]) stage?.destroy();
    if (this.#inner.started) this.#inner.abort();
    this.#settle(failure);
  }
}
