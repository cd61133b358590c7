import type { Duplex, Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Failure } from '../core/codes.ts';
import type { FieldLines } from '../core/exchange/exchange.ts';
import type { ByteCounts } from '../core/exchange/record.ts';
import type { RawFields, ReplySink } from '../core/exchange/reply-sink.ts';
import type { Clock } from '../core/ports.ts';
import type { Milliseconds } from '../core/units.ts';
import { responseFraming } from '../wire/http/framing.ts';
import { fieldValue, toFieldLines } from '../wire/http/fields.ts';
import { grpcStatus } from '../wire/http/grpc.ts';
import { responseFieldsForClient } from '../wire/http/hop-by-hop.ts';
import { toFailure, UnprocessedError, UpstreamError, errorCode } from './failures.ts';
import { countRead } from './read-memory.ts';
import type { DialledConnection, Sender, SendingController, SendingHandler } from './sending.ts';

/** One request as it leaves: everything end-to-end, framing left to the engine. */
export interface OutgoingRequest {
  readonly method: string;
  /** Origin-form. */
  readonly target: string;
  /** Flat, without hop-by-hop fields; Host comes first. */
  readonly fields: RawFields;
  /** Null when the request has no content. */
  readonly content: Readable | null;
  /** It is a gRPC call: it is sent over HTTP/2 or not at all. */
  readonly isGrpc?: boolean;
  /** Trailer fields of the request, once its content has been read; they reach origins over HTTP/2 alone. */
  readonly trailers?: () => RawFields;
}

/** How it went. `status` is what the client got from the origin; absent when the origin gave nothing usable. */
export interface ExchangeOutcome {
  readonly status?: number | undefined;
  /** What a gRPC call says of its end, in the trailers, or in the head of an answer that is nothing else. */
  readonly grpcStatus?: number | undefined;
  readonly failure?: Failure | undefined;
  /** Why it ended, where that is no failure: the client left, a side of a tunnel closed. */
  readonly detail?: string | undefined;
  readonly sent: number;
  readonly received: number;
  /** The address that the request went to; absent when no connection stood. */
  readonly dialled?: string | undefined;
  /** When the header section of the response was there, on the monotonic clock. */
  readonly firstByteAt?: Milliseconds | undefined;
}

/** A running exchange, so that it can be cut when the policy changes under it. */
export interface RunningExchange {
  readonly outcome: Promise<ExchangeOutcome>;
  /** What has passed so far. */
  readonly bytes: ByteCounts;
  /** Aborts both sides. */
  cut(failure: Failure): void;
}

/** Safe methods (RFC 9110 §9.2.1): they ask for no change, so one may be sent again when a pooled connection turns out to be closed. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY']);

/** A handshake that the origin accepted: from here on the bytes belong to the upgraded protocol. */
export interface Upgraded {
  /** Of the 101, as the origin sent them. */
  readonly fields: RawFields;
  readonly socket: Duplex;
  readonly dialled: string | undefined;
}

/** Interim responses to one request; they pass without waiting for a client that reads slowly. */
const MAX_INTERIM = 64;
const TOO_MANY_INTERIM = `Found more than ${MAX_INTERIM} interim responses to one request`;

/** Longest silence in the content of a request. */
const CONTENT_SILENCE: Milliseconds = 300_000;

/** Sends the request and streams the response to `reply`, as fast as the slower side and without buffering. */
export function exchange(dispatcher: Sender, request: OutgoingRequest, reply: ReplySink, clock: Clock): RunningExchange {
  const run = new ExchangeRun(dispatcher, request, reply, clock);
  run.dispatch();
  return run;
}

/**
 * Sends a WebSocket handshake (RFC 6455 §4.1). An origin that answers anything but 101 answers through `reply` as to any
 * request, and `upgraded` is undefined.
 */
export function upgrade(
  dispatcher: Sender,
  request: OutgoingRequest,
  reply: ReplySink,
  clock: Clock,
): RunningExchange & { readonly upgraded: Promise<Upgraded | undefined> } {
  const { promise: upgraded, resolve } = Promise.withResolvers<Upgraded | undefined>();
  const run = new ExchangeRun(dispatcher, request, reply, clock, resolve);
  run.dispatch();
  return {
    outcome: run.outcome,
    get bytes() {
      return run.bytes;
    },
    cut: (failure) => run.cut(failure),
    upgraded,
  };
}

class ExchangeRun implements SendingHandler, RunningExchange {
  readonly outcome: Promise<ExchangeOutcome>;
  readonly #dispatcher: Sender;
  readonly #request: OutgoingRequest;
  readonly #reply: ReplySink;
  readonly #clock: Clock;
  #settle!: (outcome: ExchangeOutcome) => void;
  /** Undefined as long as it has no connection. */
  #controller: Dispatcher.DispatchController | undefined;
  #withdraw: (() => void) | undefined;
  #isFinished = false;
  #status: number | undefined;
  #sent = 0;
  #received = 0;
  #grpcStatus: number | undefined;
  #interim = 0;
  #firstByteAt: number | undefined;
  #abortReason: Failure | 'client' | undefined;
  #retried = false;
  #connection: DialledConnection | undefined;
  #silence: NodeJS.Timeout | undefined;
  /** Told of the upgraded connection, or that there is none; absent where none is asked for. */
  readonly #onUpgraded: ((upgraded: Upgraded | undefined) => void) | undefined;

  constructor(
    dispatcher: Sender,
    request: OutgoingRequest,
    reply: ReplySink,
    clock: Clock,
    onUpgraded?: (upgraded: Upgraded | undefined) => void,
  ) {
    this.#dispatcher = dispatcher;
    this.#request = request;
    this.#reply = reply;
    this.#clock = clock;
    this.#onUpgraded = onUpgraded;
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
    reply.whenAborted(() => this.#abort('client'));
  }

  dispatch(): void {
    // A client that left while its request was judged will not be told of by `whenAborted` any more.
    if (this.#reply.closed) {
      this.#abortReason = 'client';
      this.#finish();
      return;
    }
    const { method, target, fields, content, isGrpc, trailers } = this.#request;
    try {
      this.#dispatcher.dispatch(
        this.#onUpgraded === undefined
          ? { method, path: target, headers: fields as string[], body: content, needsHttp2: isGrpc, trailers }
          : { method, path: target, headers: fields as string[], upgrade: 'websocket' },
        this,
      );
    } catch (error) {
      // undici throws on what it would not send: a request that is not well-formed after all.
      this.#finish({ code: 'malformed_request', detail: error instanceof Error ? error.message : String(error) });
    }
  }

  onConnection(connection: DialledConnection): void {
    this.#connection = connection;
  }

  get bytes(): ByteCounts {
    return { sent: this.#sent, received: this.#received };
  }

  cut(failure: Failure): void {
    this.#abort(failure);
  }

  #abort(reason: Failure | 'client'): void {
    if (this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    if (this.#controller !== undefined) {
      this.#controller.abort(new Error('aborted'));
      return;
    }
    // Nothing of it has left. A handshake may take long, and a connection longer to have room.
    this.#withdraw?.();
    this.#finish(reason === 'client' ? undefined : reason);
  }

  onWaiting(withdraw: () => void): void {
    this.#withdraw = withdraw;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#abortReason !== undefined) controller.abort(new Error('aborted'));
    else if (this.#request.content !== null) this.#watchContent();
  }

  // A client that stops in the middle of its content holds a connection to the origin; for a while it may.
  #watchContent(): void {
    this.#silence ??= setTimeout(() => {
      this.#abort({ code: 'malformed_request', detail: `The content did not go on for ${CONTENT_SILENCE} ms` });
    }, CONTENT_SILENCE);
  }

  onRequestSent(): void {
    if (this.#silence !== undefined) clearTimeout(this.#silence);
  }

  onRequestUpgrade(controller: Dispatcher.DispatchController, _status: number, _headers: unknown, socket: Duplex): void {
    this.#onUpgraded?.({ fields: rawFields(controller.rawHeaders), socket, dialled: this.#connection?.dialled });
  }

  onBodySent(chunk: Uint8Array | string): void {
    this.#sent += chunk.length;
    countRead(chunk.length);
    this.#silence?.refresh();
  }

  onResponseStart(controller: SendingController, status: number, _headers: unknown, reason?: string): void {
    const raw = rawFields(controller.rawHeaders);
    if (status < 200) {
      this.#interim += 1;
      if (this.#interim > MAX_INTERIM) throw new UpstreamError({ code: 'origin_protocol', detail: TOO_MANY_INTERIM });
      this.#reply.inform(status, responseFieldsForClient(toFieldLines(raw)));
      return;
    }
    this.#firstByteAt = this.#clock.monotonic();
    const lines = toFieldLines(raw);
    const framing = responseFraming(lines, status, this.#request.method);
    if (!framing.ok) {
      controller.abort(new UpstreamError({ code: 'origin_protocol', detail: framing.failure }));
      return;
    }
    this.#status = status;
    if (controller.endsWithHead === true) this.#noteGrpcStatus(lines);
    // On a connection of many a request may stay open for as long as its answer does: neither holds anybody up.
    if (this.#connection?.isShared === true) clearTimeout(this.#silence);
    this.#reply.start(status, reason ?? '', responseFieldsForClient(lines), controller.endsWithHead);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#received += chunk.length;
    countRead(chunk.length);
    if (this.#reply.write(chunk)) return;
    controller.pause();
    this.#reply.whenDrained(() => controller.resume());
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    const trailers = toFieldLines(rawFields(controller.rawTrailers));
    this.#noteGrpcStatus(trailers);
    this.#reply.end(responseFieldsForClient(trailers));
    this.#finish();
  }

  #noteGrpcStatus(fields: FieldLines): void {
    if (this.#request.isGrpc === true) this.#grpcStatus ??= grpcStatus(fieldValue(fields, 'grpc-status'));
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    // It was cut while it waited in undici's queue, and its turn has come.
    if (this.#isFinished) return;
    if (this.#mayRetry(error)) {
      this.#retried = true;
      this.#controller = undefined;
      this.dispatch();
      return;
    }
    const failure = this.#abortReason === undefined || this.#abortReason === 'client' ? toFailure(error) : this.#abortReason;
    if (this.#reply.started) this.#reply.abort();
    this.#finish(failure);
  }

  // An origin may close a kept connection at the moment it is used again. Nothing was answered, so a request that has no
  // content and changes nothing is sent once more, under the same permit; and so is one that the origin says it has not touched.
  #mayRetry(error: Error): boolean {
    const { method, content } = this.#request;
    const isClosed = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(errorCode(error)) && SAFE_METHODS.has(method);
    return (
      (isClosed || error instanceof UnprocessedError) &&
      !this.#retried &&
      this.#abortReason === undefined &&
      content === null &&
      this.#firstByteAt === undefined
    );
  }

  #finish(failure?: Failure): void {
    const aborted = this.#abortReason === 'client';
    this.#isFinished = true;
    if (this.#silence !== undefined) clearTimeout(this.#silence);
    this.#onUpgraded?.(undefined);
    this.#settle({
      detail: aborted ? 'The client left before the end' : undefined,
      sent: this.#sent,
      received: this.#received,
      status: this.#status,
      grpcStatus: this.#grpcStatus,
      failure: aborted ? undefined : failure,
      dialled: this.#connection?.dialled,
      firstByteAt: this.#firstByteAt,
    });
  }
}

function latin1({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
}

function rawFields(raw: unknown): string[] {
  if (!Array.isArray(raw)) return [];
  // undici hands out the bytes of the wire; field values are octets, and latin1 keeps each one.
  return raw.map((item: unknown) => (typeof item === 'string' ? item : latin1(item as Uint8Array)));
}
