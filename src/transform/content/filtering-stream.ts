import { Transform, type TransformCallback } from 'node:stream';
import type { Failure } from '../../core/codes.ts';
import type { Result } from '../../core/result.ts';
import { STREAM_BUFFER } from '../codings/stream-buffer.ts';
import { ContentError } from './content-error.ts';
import type { Pieces, TextStep } from './text-step.ts';

/** The filter as a stage between decoders and encoder. */
export class FilteringStream extends Transform {
  readonly #step: TextStep;

  constructor(step: TextStep) {
    super({ highWaterMark: STREAM_BUFFER });
    this.#step = step;
  }

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#pass(this.#step.push(chunk), done);
  }

  override _flush(done: TransformCallback): void {
    this.#pass(this.#step.finish(), done);
  }

  #pass(filtered: Result<Pieces, Failure>, done: TransformCallback): void {
    if (!filtered.ok) {
      done(new ContentError(filtered.failure));
      return;
    }
    // Nothing is held back in an encoder that is flushed by what is written to it; an empty piece would flush in vain.
    for (const piece of filtered.value) if (piece.length > 0) this.push(piece);
    done();
  }
}
