import type { Failure } from '../../core/codes.ts';
import type { RawFields, ReplySink } from '../../core/exchange/reply-sink.ts';
import { fieldValue, toFieldLines } from '../../wire/http/fields.ts';
import type { CodingMemory } from '../codings/coding-memory.ts';
import { RATIO_LIMIT } from '../codings/expansion.ts';
import { ReplyTransform } from '../content/reply-transform.ts';
import { scrubbed, scrubbedFields, SecretScrubber, type SecretPatterns } from './secret-scrubber.ts';

/** How the answer to a request with a secret in it is scrubbed. */
export interface Scrubbing {
  readonly patterns: SecretPatterns;
  readonly method: string;
  /** As the client sent it, where nobody behind reads the content again. */
  readonly acceptEncoding: string | undefined;
  readonly memory: CodingMemory;
  /** The origin has sent one back. */
  readonly onFound: () => void;
  /** Told once of a failure, at once, so that the origin is not listened to any longer. */
  readonly onFailure: (failure: Failure) => void;
}

/** Statuses whose answers have no content (RFC 9110 §6.4.1), or stand for an earlier one. */
const EMPTY: ReadonlySet<number> = new Set([204, 205, 304]);

/** The answer of an origin without the secrets that it was sent (invariant 11). */
export interface ScrubbedReply {
  readonly sink: ReplySink;
  /** What went wrong here, once nothing more reaches what is behind. */
  settled(): Promise<Failure | undefined>;
}

/** Scrubs content, whatever medium it is of, in whatever coding it comes; fields, interim answers and trailers as well. */
export function scrubbedReply(inner: ReplySink, scrubbing: Scrubbing): ScrubbedReply {
  const { patterns, method, acceptEncoding, memory, onFound, onFailure } = scrubbing;
  const content = new ReplyTransform(inner, {
    request: { method, acceptEncoding },
    filterFor: (status, fields) =>
      method === 'HEAD' || EMPTY.has(status) || fieldValue(toFieldLines(fields), 'content-length') === '0'
        ? 'pass'
        : new SecretScrubber(patterns, onFound),
    mislabelled: 'pass',
    mayHoldNul: () => true,
    limits: { ...RATIO_LIMIT, size: Infinity },
    memory,
    onFailure,
  });
  return {
    sink: new FieldScrubbingReply(content, patterns, onFound),
    settled: () => (content.started ? content.settled : Promise.resolve(undefined)),
  };
}

class FieldScrubbingReply implements ReplySink {
  readonly #inner: ReplySink;
  readonly #patterns: SecretPatterns;
  readonly #onFound: () => void;

  constructor(inner: ReplySink, patterns: SecretPatterns, onFound: () => void) {
    this.#inner = inner;
    this.#patterns = patterns;
    this.#onFound = onFound;
  }

  get started(): boolean {
    return this.#inner.started;
  }

  get closed(): boolean {
    return this.#inner.closed;
  }

  continue(): void {
    this.#inner.continue();
  }

  inform(status: number, fields: RawFields): void {
    this.#inner.inform(status, this.#scrubbed(fields));
  }

  start(status: number, reason: string, fields: RawFields): void {
    this.#inner.start(status, scrubbed(reason, this.#patterns, this.#onFound), this.#scrubbed(fields));
  }

  write(chunk: Uint8Array): boolean {
    return this.#inner.write(chunk);
  }

  whenDrained(listener: () => void): void {
    this.#inner.whenDrained(listener);
  }

  end(trailers?: RawFields): void {
    this.#inner.end(trailers === undefined ? trailers : this.#scrubbed(trailers));
  }

  abort(): void {
    this.#inner.abort();
  }

  whenAborted(listener: () => void): void {
    this.#inner.whenAborted(listener);
  }

  #scrubbed(fields: RawFields): RawFields {
    return scrubbedFields(fields, this.#patterns, this.#onFound);
  }
}
