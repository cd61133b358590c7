import type { Bytes } from '../../core/units.ts';
import { headLength, MAX_HEAD, readHead, wrongHead, type FrameHead, type FrameRules } from './frame-head.ts';
import { applyMaskingKey } from './masking-key.ts';
import { isControlOpcode, isMessageOpcode, OPCODE, type ControlOpcode, type MessageOpcode } from './opcode.ts';

/** A control frame as a whole. */
export interface ControlFrame {
  readonly kind: 'control';
  readonly opcode: ControlOpcode;
  readonly payload: Uint8Array;
}

/** The next bytes of a message, wherever frames and chunks were cut. */
export interface MessagePiece {
  readonly kind: 'piece';
  readonly opcode: MessageOpcode;
  /** Whether the message as a whole is compressed. */
  readonly isCompressed: boolean;
  /** Not masked any more; a view of what was pushed where it never was. */
  readonly payload: Uint8Array;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

export type FrameEvent = ControlFrame | MessagePiece;

export interface FramesRead {
  /** What was read before anything was wrong, in order. */
  readonly events: readonly FrameEvent[];
  /** What is wrong with the next frame: nothing can be read any more. The other end is told 1002 (RFC 6455 §7.4.1). */
  readonly failure?: string;
}

interface OpenFrame {
  readonly head: FrameHead;
  /** What a control frame has gathered: it is handed out as a whole. */
  readonly control?: Uint8Array;
  read: Bytes;
}

interface OpenMessage {
  readonly opcode: MessageOpcode;
  readonly isCompressed: boolean;
  isFirst: boolean;
}

/**
 * Reads the frames of one side of a WebSocket; sans-I/O. It holds no more than a head and a control frame: pieces of messages
 * go out as they come.
 *
 * @source RFC 6455 §5, RFC 7692 §6
 */
export class FrameReader {
  readonly #rules: FrameRules;
  readonly #head = new Uint8Array(MAX_HEAD);
  #headFilled: Bytes = 0;
  #frame: OpenFrame | undefined;
  #message: OpenMessage | undefined;
  #failure: string | undefined;

  constructor(rules: FrameRules) {
    this.#rules = rules;
  }

  /** @param bytes the next ones, cut anywhere; must not change as long as the events are used */
  push(bytes: Uint8Array): FramesRead {
    const events: FrameEvent[] = [];
    let at = 0;
    while (at < bytes.length && this.#failure === undefined) {
      at = this.#frame === undefined ? this.#takeHead(bytes, at) : at;
      const frame = this.#frame;
      if (frame === undefined || this.#failure !== undefined) continue;
      const taken = Math.min(frame.head.length - frame.read, bytes.length - at);
      // A head whose payload has not begun to arrive waits; one without payload is all there is.
      if (taken === 0 && frame.head.length > 0) continue;
      const event = this.#take(frame, bytes.subarray(at, at + taken));
      at += taken;
      if (event !== undefined) events.push(event);
    }
    return this.#failure === undefined ? { events } : { events, failure: this.#failure };
  }

  /** Fills the head from the bytes; opens the frame when it is whole. @returns where the bytes go on */
  #takeHead(bytes: Uint8Array, from: number): number {
    let at = from;
    for (;;) {
      const seen = this.#head.subarray(0, this.#headFilled);
      if (seen.length === 2) this.#failure = wrongHead(seen, this.#rules);
      if (this.#failure !== undefined || (seen.length >= 2 && seen.length === headLength(seen))) break;
      if (at === bytes.length) return at;
      this.#head[this.#headFilled++] = bytes[at++]!;
    }
    if (this.#failure === undefined) this.#open(this.#head.slice(0, this.#headFilled));
    this.#headFilled = 0;
    return at;
  }

  #open(bytes: Uint8Array): void {
    const read = readHead(bytes);
    if (!read.ok) {
      this.#failure = read.failure;
      return;
    }
    const head = read.value;
    const { opcode, isCompressed } = head;
    if (isControlOpcode(opcode)) {
      this.#frame = { head, control: new Uint8Array(head.length), read: 0 };
      return;
    }
    if (opcode === OPCODE.continuation && this.#message === undefined) this.#failure = 'Found a continuation of no message';
    if (isMessageOpcode(opcode)) {
      if (this.#message !== undefined) this.#failure = 'Found a new message inside of another one';
      this.#message = { opcode, isCompressed, isFirst: true };
    }
    this.#frame = { head, read: 0 };
  }

  #take(frame: OpenFrame, bytes: Uint8Array): FrameEvent | undefined {
    const { head, control } = frame;
    const payload = head.maskingKey.length === 0 ? bytes : applyMaskingKey(bytes, head.maskingKey, frame.read);
    control?.set(payload, frame.read);
    frame.read += bytes.length;
    const isWhole = frame.read === head.length;
    if (isWhole) this.#frame = undefined;
    if (control === undefined) return this.#piece(payload, isWhole && head.isFinal);
    return isWhole ? { kind: 'control', opcode: head.opcode as ControlOpcode, payload: control } : undefined;
  }

  #piece(payload: Uint8Array, isLast: boolean): MessagePiece {
    const message = this.#message!;
    const { opcode, isCompressed, isFirst } = message;
    message.isFirst = false;
    if (isLast) this.#message = undefined;
    return { kind: 'piece', opcode, isCompressed, payload, isFirst, isLast };
  }
}
