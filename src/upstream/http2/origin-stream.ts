import { validateHeaderName, validateHeaderValue } from 'node:http';
import { constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { Readable } from 'node:stream';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import { groupedFields } from '../../wire/http/fields.ts';
import { UnprocessedError, UpstreamError } from '../failures.ts';
import type { SendingController, SendingHandler, SendingOptions } from '../sending.ts';
import { ContentSender } from './content-sender.ts';

/** Names and values of one header section, as over HTTP/1.1. */
export const MAX_HEADER_SECTION: Bytes = 16 * 1024;

/** How long the end of a request may take to leave once it was answered. */
const LINGER: Milliseconds = 10_000;

/** What a stream needs of its connection. */
export interface StreamMeans {
  /** From the last of the request that was sent until the head of the answer. */
  readonly headersTimeout: Milliseconds;
  /** Whether the origin says that it has done nothing with a stream that it closed. */
  isUnprocessed(id: number | undefined, code: number): boolean;
  onTimeout(): void;
  onClosed(): void;
}

/** One request and its answer over HTTP/2, told to a handler as undici tells one over HTTP/1.1. */
export class OriginStream implements SendingController {
  aborted = false;
  paused = false;
  reason: Error | null = null;
  rawHeaders: string[] = [];
  rawTrailers: string[] = [];
  endsWithHead = false;
  readonly #options: SendingOptions;
  readonly #handler: SendingHandler;
  readonly #means: StreamMeans;
  #stream: ClientHttp2Stream | undefined;
  #sender: ContentSender | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isAnswered = false;
  #isWhole = false;
  #isDone = false;

  constructor(options: SendingOptions, handler: SendingHandler, means: StreamMeans) {
    this.#options = options;
    this.#handler = handler;
    this.#means = means;
  }

  open(session: ClientHttp2Session): void {
    this.#handler.onRequestStart?.(this, {});
    if (this.#isDone) return;
    const content = (this.#options.body ?? null) as Readable | null;
    const { trailers } = this.#options;
    try {
      this.#listen(
        session.request(requestFields(this.#options), {
          endStream: content === null,
          waitForTrailers: content !== null && trailers !== undefined,
        }),
      );
    } catch (error) {
      this.#fail(new UpstreamError({ code: 'malformed_request', detail: messageOf(error) }));
      return;
    }
    this.#timer = setTimeout(() => this.#onTimeout(), this.#means.headersTimeout);
    if (content === null) this.#handler.onRequestSent?.();
    else this.#send(content);
  }

  abort(reason: Error): void {
    this.aborted = true;
    this.reason = reason;
    this.#fail(reason);
  }

  pause(): void {
    this.paused = true;
    this.#stream?.pause();
  }

  resume(): void {
    this.paused = false;
    this.#stream?.resume();
  }

  #listen(stream: ClientHttp2Stream): void {
    this.#stream = stream;
    this.#watchEnd(stream);
    const { trailers } = this.#options;
    stream.on('headers', (fields, _flags, raw) => this.#onInterim(Number(fields[':status']), raw));
    stream.once('response', (fields, flags, raw) => this.#onResponse(Number(fields[':status']), flags, raw));
    stream.on('trailers', (_fields, _flags, raw) => this.#tell(() => (this.rawTrailers = regularFields(raw))));
    stream.once('wantTrailers', () => this.#tell(() => stream.sendTrailers(groupedFields(trailers?.() ?? []))));
    stream.once('end', () => this.#onEnd());
    stream.on('error', (error) => this.#fail(this.#broken(error.message)));
    stream.once('close', () => {
      this.#fail(this.#broken('The stream was closed before the end of the answer'));
      clearTimeout(this.#timer);
      this.#means.onClosed();
    });
  }

  // Node ends a stream that the origin reset without an error as it ends one that is whole. Only the latter is not closed yet
  // when its end arrives.
  #watchEnd(stream: ClientHttp2Stream): void {
    const push = stream.push.bind(stream);
    stream.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
      if (chunk === null && !stream.closed) this.#isWhole = true;
      return push(chunk, encoding);
    };
  }

  #send(content: Readable): void {
    const stream = this.#stream as ClientHttp2Stream;
    this.#sender = new ContentSender(content, stream, {
      length: declaredLength(this.#options.headers),
      onSent: (chunk) => {
        this.#timer?.refresh();
        this.#handler.onBodySent?.(chunk);
      },
      onEnd: () => this.#handler.onRequestSent?.(),
      onError: (error) => this.#fail(error),
    });
    this.#sender.start();
  }

  #onInterim(status: number, raw: string[]): void {
    if (this.#isDone || this.#isAnswered) return;
    this.#tellHead(status, raw);
  }

  #onResponse(status: number, flags: number, raw: string[]): void {
    if (this.#isDone) return;
    clearTimeout(this.#timer);
    this.#isAnswered = true;
    this.endsWithHead = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    this.#tellHead(status, raw);
    // Not before: Node emits content at once, and the head that came with it a tick later.
    this.#stream?.on('data', (chunk: Buffer) => this.#tell(() => this.#handler.onResponseData?.(this, chunk)));
  }

  #tellHead(status: number, raw: readonly string[]): void {
    this.#tell(() => {
      this.rawHeaders = regularFields(raw);
      this.#handler.onResponseStart?.(this, status, {});
    });
  }

  #onEnd(): void {
    if (this.#isDone) return;
    if (!this.#isWhole || !this.#isAnswered) {
      this.#fail(this.#broken('The stream ended before the answer did'));
      return;
    }
    this.#finish(constants.NGHTTP2_NO_ERROR);
    this.#tell(() => this.#handler.onResponseEnd?.(this, {}));
  }

  #onTimeout(): void {
    this.#means.onTimeout();
    const detail = `No answer within ${this.#means.headersTimeout} ms`;
    this.#fail(new UpstreamError({ code: 'origin_timeout', detail }));
  }

  #broken(detail: string): UpstreamError {
    const { id, rstCode = constants.NGHTTP2_NO_ERROR } = this.#stream ?? {};
    const told = rstCode === constants.NGHTTP2_NO_ERROR ? detail : `${detail} (code ${rstCode})`;
    const failure = { code: 'origin_protocol', detail: `HTTP/2: ${told}` } as const;
    return !this.#isAnswered && this.#means.isUnprocessed(id, rstCode)
      ? new UnprocessedError(failure)
      : new UpstreamError(failure);
  }

  // What the answer goes to may refuse it: a field that HTTP/1.1 or HTTP/2 forbids.
  #tell(call: () => void): void {
    if (this.aborted) return;
    try {
      call();
    } catch (error) {
      this.abort(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(error: Error): void {
    if (this.#isDone) return;
    this.#finish();
    this.#handler.onResponseError(this, error);
    // It never opened, so it will not close.
    if (this.#stream === undefined) this.#means.onClosed();
  }

  /** @param code what the origin is told where it has not been sent everything, or has not answered everything */
  #finish(code: number = constants.NGHTTP2_CANCEL): void {
    this.#isDone = true;
    clearTimeout(this.#timer);
    this.#sender?.stop();
    const stream = this.#stream;
    if (stream === undefined || stream.closed) return;
    const isSent = code === constants.NGHTTP2_NO_ERROR && stream.writableEnded;
    // An origin may answer before it has seen the end of the request, and takes a reset for a call that was cancelled.
    if (isSent) this.#timer = setTimeout(() => this.#reset(constants.NGHTTP2_CANCEL), LINGER);
    else this.#reset(code);
  }

  #reset(code: number): void {
    this.#stream?.close(code);
    // The frame is queued; left to itself, a stream with unread content may stay for as long as its connection.
    this.#stream?.destroy();
  }
}

/** As HTTP/2 has them: Host is `:authority`, names are in lower case (RFC 9113 §8.2.1, §8.3.1). */
function requestFields({ method, path, headers }: SendingOptions): string[] {
  const fields = [':method', method, ':scheme', 'https', ':authority', headers[1] ?? '', ':path', path];
  for (let i = 2; i + 1 < headers.length; i += 2) {
    const name = headers[i]!.toLowerCase();
    validateHeaderName(name);
    validateHeaderValue(name, headers[i + 1]!);
    fields.push(name, headers[i + 1]!);
  }
  return fields;
}

// An origin that never acknowledges the setting is not held to it by Node.
function regularFields(raw: readonly string[]): string[] {
  const fields: string[] = [];
  let size: Bytes = 0;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name, value] = [raw[i]!, raw[i + 1]!];
    size += name.length + value.length;
    if (!name.startsWith(':')) fields.push(name, value);
  }
  if (size <= MAX_HEADER_SECTION) return fields;
  const detail = `HTTP/2: Found a header section of ${size} bytes, expected at most ${MAX_HEADER_SECTION}`;
  throw new UpstreamError({ code: 'origin_protocol', detail });
}

function declaredLength(fields: readonly string[]): number | undefined {
  for (let i = 0; i + 1 < fields.length; i += 2) {
    if (fields[i]!.toLowerCase() === 'content-length') return Number(fields[i + 1]);
  }
  return undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
