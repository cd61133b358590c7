import { Transform, type TransformCallback } from 'node:stream';
import type { Failure } from '../../core/codes.ts';
import type { Bytes } from '../../core/units.ts';
import { ContentError } from '../content/content-error.ts';
import type { CodingMemory, CodingShare } from './coding-memory.ts';
import type { ContentCoding } from './content-coding.ts';
import { decoderFailure, decoderRow, type Decoder } from './decoders.ts';
import { ExpansionMeter, type ExpansionLimits } from './expansion.ts';
import { STREAM_BUFFER } from './stream-buffer.ts';

/**
 * The streams that undo these codings, in the order in which content passes through them. Each ends with a
 * {@link ContentError}: `unreadable_content` for what is not well-formed, too short, or goes on behind its end;
 * `content_too_large` beyond the limits; `overloaded` when no window is left.
 *
 * @param codings in the order in which they were applied
 */
export function decodingStreams(
  codings: readonly ContentCoding[],
  limits: ExpansionLimits,
  memory: CodingMemory,
): DecodingStream[] {
  const meter = new ExpansionMeter(limits);
  return codings.toReversed().map((coding, depth) => new DecodingStream(coding, meter, memory.share(), depth === 0));
}

/**
 * Undoes one coding. Node's decoders end silently where a member ends within a chunk, and drop the rest: the next zstd frames
 * (RFC 8878 §3.1) as well as garbage. So what they have read is compared with what they were given.
 */
class DecodingStream extends Transform {
  readonly #coding: ContentCoding;
  readonly #meter: ExpansionMeter;
  readonly #share: CodingShare;
  readonly #isOutermost: boolean;
  /** The first bytes, as long as they are too few to choose a decoder. */
  #head: Uint8Array = new Uint8Array();
  #decoder: Decoder | undefined;
  #window: Bytes = 0;
  /** Given to the present decoder. */
  #given: Bytes = 0;
  #decoded: Bytes = 0;

  constructor(coding: ContentCoding, meter: ExpansionMeter, share: CodingShare, isOutermost: boolean) {
    super({ highWaterMark: STREAM_BUFFER });
    this.#coding = coding;
    this.#meter = meter;
    this.#share = share;
    this.#isOutermost = isOutermost;
  }

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#isOutermost) this.#meter.arrive(chunk.length);
    if (this.#decoder !== undefined) {
      this.#feed(this.#decoder, chunk, done);
      return;
    }
    const head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    if (head.length < decoderRow(this.#coding).peek) {
      this.#head = head;
      done();
    } else this.#feed(this.#open(head), head, done);
  }

  // Content of no bytes is empty in every coding: origins label it as what they would have sent.
  override _flush(done: TransformCallback): void {
    if (this.#decoder !== undefined) endDecoder(this.#decoder, done);
    else if (this.#head.length === 0) done();
    else done(new ContentError({ code: 'unreadable_content', detail: `The ${this.#coding} content ends too early` }));
  }

  override _read(size: number): void {
    this.#decoder?.resume();
    super._read(size);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#decoder?.destroy();
    this.#share.release();
    done(error);
  }

  #open(head: Uint8Array): Decoder {
    const row = decoderRow(this.#coding);
    const decoder = row.create(head);
    this.#window = Math.max(this.#window, row.window(head));
    this.#decoder = decoder;
    this.#given = 0;
    decoder.on('data', (decoded: Uint8Array) => this.#pass(decoder, decoded));
    decoder.on('error', (error) => this.#fail(decoderFailure(this.#coding, error)));
    return decoder;
  }

  #feed(decoder: Decoder, bytes: Uint8Array, done: TransformCallback): void {
    this.#given += bytes.length;
    decoder.write(bytes, (error) => {
      // An error is reported by the decoder's own event.
      if (error !== null && error !== undefined) return;
      const rest = this.#given - decoder.bytesWritten;
      if (rest === 0) done();
      else this.#afterEnd(decoder, bytes.subarray(bytes.length - rest), done);
    });
  }

  #afterEnd(decoder: Decoder, rest: Uint8Array, done: TransformCallback): void {
    if (this.#coding !== 'zstd') {
      this.#fail({ code: 'unreadable_content', detail: `Found bytes behind the end of the ${this.#coding} content` });
      return;
    }
    const next = (): void => {
      decoder.destroy();
      this.#feed(this.#open(rest), rest, done);
    };
    // What the reader has not taken yet of this frame comes before the next one.
    if (decoder.readableEnded) next();
    else decoder.once('end', next);
  }

  #pass(decoder: Decoder, decoded: Uint8Array): void {
    this.#decoded += decoded.length;
    const failure = this.#meter.exceeded(this.#decoded) ?? this.#takeWindow();
    if (failure !== undefined) this.#fail(failure);
    else if (!this.push(decoded)) decoder.pause();
  }

  #takeWindow(): Failure | undefined {
    const taken = Math.min(this.#window, this.#decoded * decoderRow(this.#coding).growth);
    if (this.#share.hold(taken)) return undefined;
    return { code: 'overloaded', detail: `No room for another ${this.#coding} window` };
  }

  #fail(failure: Failure): void {
    this.destroy(new ContentError(failure));
  }
}

function endDecoder(decoder: Decoder, done: TransformCallback): void {
  decoder.once('end', () => done());
  decoder.end();
}
