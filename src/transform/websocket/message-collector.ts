import type { Fail } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';
import type { CodingShare } from '../codings/coding-memory.ts';
import { MAX_MESSAGE, messageFailure, tooLarge, type MessageFailure } from './message-failure.ts';

const FIRST_ROOM: Bytes = 1024;

/** Puts a message together that comes in pieces, within a bound of its own and one that all exchanges share. */
export class MessageCollector {
  readonly #share: CodingShare;
  #room = new Uint8Array();
  #filled: Bytes = 0;

  constructor(share: CodingShare) {
    this.#share = share;
  }

  /**
   * @param piece the next one; copied
   * @failure content_too_large | overloaded
   */
  append(piece: Uint8Array): Fail<MessageFailure> | undefined {
    const needed = this.#filled + piece.length;
    if (needed > MAX_MESSAGE) return tooLarge('a message');
    if (needed > this.#room.length) {
      const length = Math.max(needed, 2 * this.#room.length, FIRST_ROOM);
      const failure = this.hold(length);
      if (failure !== undefined) return failure;
      const room = new Uint8Array(length);
      room.set(this.#room.subarray(0, this.#filled));
      this.#room = room;
    }
    this.#room.set(piece, this.#filled);
    this.#filled = needed;
    return undefined;
  }

  /**
   * Counts memory for what is made of the message; all of it together with the message.
   * @failure overloaded
   */
  hold(bytes: Bytes): Fail<MessageFailure> | undefined {
    if (this.#share.hold(bytes)) return undefined;
    return messageFailure({ code: 'overloaded', detail: 'No room to put another message together' });
  }

  /** The message, whose memory counts until {@link release}. */
  take(): Uint8Array {
    const message = this.#room.subarray(0, this.#filled);
    this.#room = new Uint8Array();
    this.#filled = 0;
    return message;
  }

  /** Nothing of what was put together is needed any more. */
  release(): void {
    this.#room = new Uint8Array();
    this.#filled = 0;
    this.#share.release();
  }
}
