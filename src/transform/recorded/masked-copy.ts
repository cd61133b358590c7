import { pipeline, type Transform } from 'node:stream';
import type { UnreadBecause } from '../../core/exchange/record.ts';
import type { FieldLines } from '../../core/exchange/exchange.ts';
import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { UnreadableContent } from '../../masking/unreadable.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import type { CodingMemory } from '../codings/coding-memory.ts';
import { contentCodings } from '../codings/content-coding.ts';
import { RATIO_LIMIT } from '../codings/expansion.ts';
import { contentFailure } from '../content/content-error.ts';
import type { Pieces, TextStep } from '../content/text-step.ts';
import { filterAlone, transformationStages } from '../content/transformation.ts';
import { contentFilter } from '../masking/content-filter.ts';
import { mayHoldNul } from '../masking/text-charset.ts';
import { chainTexts, maskingTexts } from '../masking/text-filters.ts';
import { previewMasking, type PreviewSearch } from '../preview/preview-masking.ts';
import { scrubbingTexts } from '../scrubbing/scrubbing-texts.ts';
import type { SecretPatterns } from '../scrubbing/secret-scrubber.ts';

/** The message whose content is copied, as its fields tell. */
export interface CopiedMessage {
  readonly fields: FieldLines;
  /** What travels is a part of something (RFC 9110 §14): values may lie across its ends. */
  readonly isPartial: boolean;
  /** Whether JSON is an array whose elements a language model sends one by one. */
  readonly isArrayStream: boolean;
  /** What was put into the request, and may come back in texts that are sent piece by piece. */
  readonly secrets?: SecretPatterns | undefined;
}

/** Where a copy goes. */
export interface CopyReader {
  /**
   * Gets text, decoded and masked; never empty.
   * @returns false where it wants no more before it calls {@link MaskedCopy.resume}; what was pushed already may come all the same
   */
  text(bytes: Uint8Array): boolean;
  /** That was all. */
  end(): void;
  /** It cannot be read on; nothing comes any more. */
  unreadable(detail: string): void;
}

/**
 * A copy of content on its way past, decoded, and masked with everything that the record has masked (contract §4.1.14) and what
 * the rule masks. The content itself does not wait for it, except for one that is slower to read than to send.
 */
export interface MaskedCopy {
  /** Its reader gets text later than the piece was pushed that it came in. */
  readonly isLate: boolean;
  /** Takes a piece as it passes. False where it is behind: `whenReady` calls once when it has caught up. */
  push(bytes: Uint8Array): boolean;
  whenReady(listener: () => void): void;
  /** No more comes; `end` or `unreadable` of the reader is called when all is read. */
  end(): void;
  resume(): void;
  /** Lets go of what it holds; its reader is not called any more. */
  stop(): void;
}

/** Why nobody here reads it; of that a record has length and digest alone. */
export interface Unread {
  readonly because: UnreadBecause;
  readonly detail?: string;
}

/** @returns as a failure why content of such a message is not read, as far as its fields tell */
export function openMaskedCopy(
  message: CopiedMessage,
  search: PreviewSearch,
  memory: CodingMemory,
  reader: CopyReader,
): Result<MaskedCopy, Unread> {
  const { fields, isPartial, isArrayStream, secrets } = message;
  const masked = maskingTexts(previewMasking(search).of('content')!);
  const contentType = fieldValue(fields, 'content-type');
  const filter = contentFilter({
    contentType,
    texts: secrets === undefined ? masked : chainTexts([scrubbingTexts(secrets, () => {}), masked]),
    isArrayStream,
    opaquePart: () => new UnreadableContent('A part of it is an image, an archive or an unknown medium'),
  });
  if (filter === 'opaque') return fail({ because: 'opaque' });
  if (filter instanceof UnreadableContent) return fail({ because: 'unreadable', detail: filter.detail });
  if (isPartial) return fail({ because: 'partial' });
  const codings = contentCodings(fields);
  if (!codings.ok) return fail({ because: 'unreadable', detail: codings.failure.detail });
  const transformation = {
    came: codings.value,
    leaves: undefined,
    filter,
    mislabelled: 'refuse',
    mayHoldNul: mayHoldNul(contentType),
    flushes: false,
    limits: { ...RATIO_LIMIT, size: Infinity },
    memory,
  } as const;
  const step = filterAlone(transformation);
  return ok(step === undefined ? new DecodedCopy(transformationStages(transformation), reader) : new PlainCopy(step, reader));
}

/** Of content without codings: read at once, so it is never behind. */
class PlainCopy implements MaskedCopy {
  readonly isLate = false;
  readonly #step: TextStep;
  readonly #reader: CopyReader;
  #isStopped = false;

  constructor(step: TextStep, reader: CopyReader) {
    this.#step = step;
    this.#reader = reader;
  }

  push(bytes: Uint8Array): boolean {
    if (!this.#isStopped) this.#hand(this.#step.push(bytes));
    return true;
  }

  whenReady(listener: () => void): void {
    listener();
  }

  end(): void {
    if (!this.#isStopped) this.#hand(this.#step.finish());
    // Where it could not be read to its end, or more than was wanted, its reader knows.
    if (!this.#isStopped) this.#reader.end();
    this.#isStopped = true;
  }

  resume(): void {}

  stop(): void {
    this.#isStopped = true;
  }

  #hand(filtered: Result<Pieces, Failure>): void {
    if (!filtered.ok) {
      this.#isStopped = true;
      this.#reader.unreadable(filtered.failure.detail);
      return;
    }
    for (const piece of filtered.value) if (piece.length > 0) this.#reader.text(piece);
  }
}

/** Of coded content: its decoder has a queue of its own, and says when that is full. */
class DecodedCopy implements MaskedCopy {
  readonly isLate = true;
  readonly #first: Transform;
  readonly #last: Transform;
  #isStopped = false;

  constructor(stages: [Transform, ...Transform[]], reader: CopyReader) {
    const last = stages.at(-1)!;
    this.#first = stages[0];
    this.#last = last;
    last.on('data', (text: Uint8Array) => {
      if (!this.#isStopped && !reader.text(text)) last.pause();
    });
    last.once('end', () => {
      if (this.#isStopped) return;
      this.#isStopped = true;
      reader.end();
    });
    pipeline(stages, (error) => {
      if (!error || this.#isStopped) return;
      this.#isStopped = true;
      reader.unreadable(contentFailure(error, 'internal_error').detail);
    });
  }

  push(bytes: Uint8Array): boolean {
    return this.#isStopped || this.#first.write(bytes) || this.#first.errored !== null;
  }

  whenReady(listener: () => void): void {
    const first = this.#first;
    const done = (): void => {
      first.off('drain', done).off('close', done);
      listener();
    };
    if (first.destroyed || !first.writableNeedDrain) listener();
    else first.once('drain', done).once('close', done);
  }

  end(): void {
    if (!this.#isStopped) this.#first.end();
  }

  resume(): void {
    this.#last.resume();
  }

  stop(): void {
    this.#isStopped = true;
    this.#first.destroy();
    this.#last.destroy();
  }
}
