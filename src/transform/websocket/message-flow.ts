import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import type { Failure } from '../../core/codes.ts';
import { defectDetail } from '../../core/defect.ts';
import { ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import { UnreadableContent } from '../../masking/unreadable.ts';
import { CLOSE, closePayload, MAX_REASON, readClose, type CloseCode } from '../../wire/websocket/close-frame.ts';
import type { SideTerms } from '../../wire/websocket/deflate-extension.ts';
import { FrameReader, type ControlFrame, type FrameEvent, type MessagePiece } from '../../wire/websocket/frame-reader.ts';
import { MASKING_KEY } from '../../wire/websocket/masking-key.ts';
import { MAX_CONTROL, OPCODE, type MessageOpcode } from '../../wire/websocket/opcode.ts';
import { writeFrame, type OutgoingFrame } from '../../wire/websocket/write-frame.ts';
import type { CodingShare } from '../codings/coding-memory.ts';
import { deflateMessage } from './deflate-message.ts';
import { DeflateWindow } from './deflate-window.ts';
import { inflateMessage } from './inflate-message.ts';
import { MessageCollector } from './message-collector.ts';
import { messageFailure, type MessageFailure } from './message-failure.ts';
import type { MessageTap } from './message-tap.ts';
import type { MessageTexts } from './message-texts.ts';

/** How the messages of one side of a WebSocket go on. */
export interface MessageFlowOptions {
  /** Toward the origin, whose frames are masked; otherwise toward the client. */
  readonly isFromClient: boolean;
  /** What texts go through; absent where nothing is changed. */
  readonly texts: MessageTexts | undefined;
  /** Sees messages as they came, where they are recorded. */
  readonly tap?: MessageTap | undefined;
  /** What becomes of binary messages where texts are filtered. */
  readonly opaque: 'deny' | 'pass';
  /** Present where permessage-deflate was agreed on. */
  readonly deflate: SideTerms | undefined;
  /** For the message that is put together. */
  readonly share: CodingShare;
  /** To be waited for before a message leaves: its tokens are stored. @failure store_unavailable */
  readonly settled?: () => Promise<Result<void, Failure>>;
}

type Left = Result<Uint8Array, MessageFailure>;

/**
 * Takes the frames of one side of a WebSocket apart, filters its messages and frames them again. A message that is filtered
 * leaves as one frame; others leave in the pieces they come in. Control frames leave where they stand, between the pieces
 * of a message as well.
 */
export class MessageFlow {
  readonly #options: MessageFlowOptions;
  readonly #reader: FrameReader;
  readonly #collector: MessageCollector;
  readonly #came: DeflateWindow;
  readonly #leaves: DeflateWindow;
  #isClosed = false;

  constructor(options: MessageFlowOptions) {
    const { isFromClient, deflate, share } = options;
    this.#options = options;
    this.#reader = new FrameReader({ isFromClient, mayCompress: deflate !== undefined });
    this.#collector = new MessageCollector(share);
    this.#came = new DeflateWindow(deflate?.keepsContext === true);
    this.#leaves = new DeflateWindow(deflate?.keepsContext === true);
  }

  /** A close frame has left in this direction, so that nothing may follow it (RFC 6455 §5.5.1). */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * The bytes as they leave, in order. It ends with the source, or with a failure.
   * @param source chunks cut anywhere
   */
  async *pass(source: AsyncIterable<Uint8Array>): AsyncGenerator<Left, void> {
    try {
      for await (const chunk of source) {
        for await (const left of this.#chunk(chunk)) {
          yield left;
          if (!left.ok) return;
        }
      }
      if (!this.#isClosed) yield* this.#rest();
    } finally {
      this.#collector.release();
    }
  }

  /** The close frame by which the gateway itself ends this direction; empty where it has ended. */
  close(code: CloseCode, reason: string): Uint8Array {
    if (this.#isClosed) return new Uint8Array();
    this.#isClosed = true;
    return this.#frame(OPCODE.close, closePayload(code, Buffer.from(reason).subarray(0, MAX_REASON)));
  }

  async *#chunk(chunk: Uint8Array): AsyncGenerator<Left, void> {
    const { events, failure } = this.#reader.push(chunk);
    for (const event of events) {
      // What follows a close frame is no concern of anybody.
      if (this.#isClosed) return;
      yield* this.#event(event);
    }
    if (failure !== undefined && !this.#isClosed) yield this.#broken(failure);
  }

  async *#event(event: FrameEvent): AsyncGenerator<Left, void> {
    if (event.kind === 'control') yield* this.#control(event);
    else if (this.#passes(event)) {
      // What passes and is seen is binary.
      this.#options.tap?.binary(event.payload, event.isLast);
      await this.#options.tap?.ready();
      yield ok(this.#piece(event));
    } else yield* this.#collect(event);
  }

  async *#control({ opcode, payload }: ControlFrame): AsyncGenerator<Left, void> {
    if (opcode !== OPCODE.close) {
      yield await this.#settled(guarded(() => this.#frame(opcode, this.#controlText(payload, MAX_CONTROL))));
      return;
    }
    const close = readClose(payload);
    if (!close.ok) {
      yield this.#broken(close.failure);
      return;
    }
    const { code, reason } = close.value;
    if (!isUtf8(reason)) {
      yield NO_UTF8;
      return;
    }
    yield* this.#rest();
    const left = guarded(() =>
      this.#frame(opcode, code === undefined ? payload : closePayload(code, this.#controlText(reason, MAX_REASON))),
    );
    if (left.ok) this.#isClosed = true;
    yield await this.#settled(left);
  }

  #controlText(payload: Uint8Array, most: Bytes): Uint8Array {
    return this.#options.texts?.control(payload, most) ?? payload;
  }

  /** Whether a piece goes on as it is. What is compressed cannot where other messages are changed: the next may refer to it. */
  #passes({ opcode, isCompressed }: MessagePiece): boolean {
    const { texts, tap, opaque } = this.#options;
    if (texts === undefined && tap === undefined) return true;
    return opcode === OPCODE.binary && (texts === undefined || opaque === 'pass') && !isCompressed;
  }

  #piece({ opcode, isCompressed, payload, isFirst, isLast }: MessagePiece): Uint8Array {
    return this.#write({
      opcode: isFirst ? opcode : OPCODE.continuation,
      isFinal: isLast,
      isCompressed: isFirst && isCompressed,
      payload,
    });
  }

  async *#collect({ opcode, payload, isCompressed, isLast }: MessagePiece): AsyncGenerator<Left, void> {
    if (opcode === OPCODE.binary && this.#options.texts !== undefined && this.#options.opaque === 'deny') {
      const detail = 'Found a binary message, which nobody here reads';
      yield messageFailure({ code: 'unreadable_content', detail });
      return;
    }
    const failure = this.#collector.append(payload);
    if (failure !== undefined) yield failure;
    else if (isLast) yield* this.#message(opcode, isCompressed);
  }

  async *#message(opcode: MessageOpcode, isCompressed: boolean): AsyncGenerator<Left, void> {
    const collected = this.#collector.take();
    const message = isCompressed ? await this.#inflated(collected) : ok(collected);
    const filtered = message.ok ? this.#filtered(opcode, message.value) : message;
    await this.#options.tap?.ready();
    if (filtered.ok) yield* this.#send(opcode, filtered.value, isCompressed);
    else yield filtered;
    this.#collector.release();
  }

  async #inflated(collected: Uint8Array): Promise<Left> {
    const inflated = await inflateMessage(collected, this.#came);
    if (!inflated.ok) return inflated;
    return this.#collector.hold(collected.length + inflated.value.length) ?? inflated;
  }

  #filtered(opcode: MessageOpcode, message: Uint8Array): Result<readonly Uint8Array[], MessageFailure> {
    const { tap, texts } = this.#options;
    if (opcode === OPCODE.text && !isUtf8(message)) return NO_UTF8;
    return guarded(() => {
      if (opcode === OPCODE.binary) {
        tap?.binary(message, true);
        return [message];
      }
      tap?.text(message);
      return texts?.message(message) ?? [message];
    });
  }

  async *#send(opcode: MessageOpcode, messages: readonly Uint8Array[], isCompressed: boolean): AsyncGenerator<Left, void> {
    const { deflate } = this.#options;
    for (const message of messages) {
      const deflated =
        isCompressed && deflate !== undefined ? await deflateMessage(message, this.#leaves, deflate.windowBits) : undefined;
      yield await this.#settled(ok(this.#frame(opcode, deflated ?? message, deflated !== undefined)));
    }
  }

  /** What texts still hold back. */
  async *#rest(): AsyncGenerator<Left, void> {
    const rest = guarded(() => this.#options.texts?.finish() ?? []);
    if (rest.ok) yield* this.#send(OPCODE.text, rest.value, false);
    else yield rest;
  }

  /** Nothing leaves with a token in it that is not stored. */
  async #settled(left: Left): Promise<Left> {
    const stored = left.ok ? await this.#options.settled?.() : undefined;
    return stored?.ok === false ? messageFailure(stored.failure) : left;
  }

  #frame(opcode: OutgoingFrame['opcode'], payload: Uint8Array, isCompressed = false): Uint8Array {
    return this.#write({ opcode, isFinal: true, isCompressed, payload });
  }

  #write(frame: OutgoingFrame): Uint8Array {
    return this.#options.isFromClient ? writeFrame(frame, randomBytes(MASKING_KEY)) : writeFrame(frame);
  }

  #broken(detail: string): Left {
    return messageFailure({ code: this.#options.isFromClient ? 'malformed_request' : 'origin_protocol', detail });
  }
}

const NO_UTF8 = messageFailure(
  { code: 'unreadable_content', detail: 'Found a text message that is no UTF-8' },
  CLOSE.invalidPayload,
);

// It runs between two sockets: what it threw there would have nobody to catch it.
function guarded<T>(run: () => T): Result<T, MessageFailure> {
  try {
    return ok(run());
  } catch (error) {
    if (error instanceof UnreadableContent) return messageFailure({ code: 'unreadable_content', detail: error.detail });
    return messageFailure({ code: 'internal_error', detail: `The filter failed: ${defectDetail(error)}` });
  }
}
