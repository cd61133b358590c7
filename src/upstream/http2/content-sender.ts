import { IncomingMessage } from 'node:http';
import { Http2ServerRequest, type ClientHttp2Stream } from 'node:http2';
import type { Readable } from 'node:stream';
import type { Bytes } from '../../core/units.ts';
import { UpstreamError } from '../failures.ts';

export interface ContentSending {
  /** That the request has declared. */
  readonly length: Bytes | undefined;
  onSent(chunk: Buffer): void;
  onEnd(): void;
  onError(error: Error): void;
}

/** Reads the content of a request as fast as the origin opens its window, and sees that it is as long as was said. */
export class ContentSender {
  readonly #content: Readable;
  readonly #stream: ClientHttp2Stream;
  readonly #sending: ContentSending;
  #sent: Bytes = 0;
  #isStopped = false;

  constructor(content: Readable, stream: ClientHttp2Stream, sending: ContentSending) {
    this.#content = content;
    this.#stream = stream;
    this.#sending = sending;
  }

  start(): void {
    const content = this.#content;
    if (content.destroyed && !content.readableEnded) {
      this.#sending.onError(content.errored ?? BROKEN_OFF);
      return;
    }
    content.on('data', this.#onData);
    content.once('end', this.#onEnd);
    content.on('error', this.#onError);
    content.once('close', this.#onClose);
    this.#stream.on('drain', this.#onDrain);
  }

  /** Sends nothing more; safe to call again. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    const content = this.#content;
    content.off('data', this.#onData);
    this.#stream.off('drain', this.#onDrain);
    if (content.readableEnded) return;
    content.pause();
    // A message of a client is still its connection's; what was made of it holds files and memory.
    const isMessage = content instanceof IncomingMessage || content instanceof Http2ServerRequest;
    if (!isMessage) content.destroy();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#sent += chunk.length;
    if (this.#sent > (this.#sending.length ?? Infinity)) {
      this.#sending.onError(this.#wrongLength());
      return;
    }
    this.#sending.onSent(chunk);
    if (!this.#stream.write(chunk)) this.#content.pause();
  };

  readonly #onDrain = (): void => {
    this.#content.resume();
  };

  readonly #onEnd = (): void => {
    if (this.#isStopped) return;
    if (this.#sent !== (this.#sending.length ?? this.#sent)) {
      this.#sending.onError(this.#wrongLength());
      return;
    }
    this.#stream.end();
    this.#sending.onEnd();
  };

  readonly #onError = (error: Error): void => {
    if (!this.#isStopped) this.#sending.onError(error);
  };

  readonly #onClose = (): void => {
    if (!this.#isStopped && !this.#content.readableEnded) this.#sending.onError(BROKEN_OFF);
  };

  #wrongLength(): UpstreamError {
    const detail = `Found ${this.#sent} bytes of content, expected ${this.#sending.length}`;
    return new UpstreamError({ code: 'malformed_request', detail });
  }
}

const BROKEN_OFF = new UpstreamError({ code: 'malformed_request', detail: 'The content was broken off' });
