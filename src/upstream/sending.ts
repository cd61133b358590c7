import type { Dispatcher } from 'undici';
import type { RawFields } from '../core/exchange/reply-sink.ts';

/** Where a connection leads. */
export interface DialledConnection {
  /** The address that was judged and dialled; undefined until the connection stands. */
  readonly dialled: string | undefined;
  /** Whether it carries others beside this request, so that a silent one holds nothing up. */
  readonly isShared: boolean;
}

/** Hears how a request goes: undici's handler, which also wants to know which connection took it. */
export interface SendingHandler extends Dispatcher.DispatchHandler {
  onConnection(connection: DialledConnection): void;
  /**
   * It waits for a connection, as long as nothing else is told of it.
   * @param withdraw takes it out again, after which nothing is told of it
   */
  onWaiting?(withdraw: () => void): void;
  /** Without a controller where it failed before anything could be sent. */
  onResponseError(controller: Dispatcher.DispatchController | null, error: Error): void;
}

/** One request, as undici takes it, with what undici cannot send. */
export interface SendingOptions extends Dispatcher.DispatchOptions {
  /** Flat, Host first. */
  readonly headers: string[];
  /** It is sent over HTTP/2 or not at all. */
  readonly needsHttp2?: boolean | undefined;
  /** Trailer fields, asked for when the content has been read; over HTTP/1.1 they are left out. */
  readonly trailers?: (() => RawFields) | undefined;
}

/** Sends requests to one origin, under one permit. */
export interface Sender {
  dispatch(options: SendingOptions, handler: SendingHandler): boolean;
}

/** What a handler controls its request with; over HTTP/2 it also tells that the head of an answer was all of it. */
export interface SendingController extends Dispatcher.DispatchController {
  readonly endsWithHead?: boolean;
}
