import { ByteCollector } from '../bytes/byte-collector.ts';

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;

/**
 * Cuts an event stream into blocks, each of which is handed on as soon as its last byte is there: an event with the blank
 * line that ends it; a comment that stands between two events; a blank line more than needed. A CR ends its line at once;
 * a LF after it is a block or a part of one that changes nothing.
 *
 * @source WHATWG HTML §9.2.6 (Interpreting an event stream)
 */
export class EventSplitter {
  readonly #block: ByteCollector;
  #lineLength = 0;
  #isComment = false;
  #isAfterCr = false;

  /** @param maxEvent most bytes of a block */
  constructor(maxEvent: number) {
    this.#block = new ByteCollector(maxEvent, 'an event');
  }

  /** @returns the blocks that `bytes` end. @throws UnreadableContent where one is too long */
  push(bytes: Uint8Array): Uint8Array[] {
    const blocks: Uint8Array[] = [];
    let start = 0;
    for (let at = 0; at < bytes.length; at++) {
      if (!this.#endsBlock(bytes[at]!, at === start)) continue;
      blocks.push(this.#block.complete(bytes, start, at + 1));
      start = at + 1;
    }
    this.#block.append(bytes.subarray(start));
    return blocks;
  }

  /** What came after the last whole block; empty where nothing did. */
  finish(): Uint8Array {
    return this.#block.take();
  }

  #endsBlock(byte: number, isFirstOfPiece: boolean): boolean {
    const isFirst = isFirstOfPiece && this.#block.length === 0;
    if (byte === LF && this.#isAfterCr) {
      this.#isAfterCr = false;
      return isFirst;
    }
    this.#isAfterCr = byte === CR;
    if (byte === LF || byte === CR) {
      const ends = this.#lineLength === 0 || this.#isComment;
      this.#lineLength = 0;
      this.#isComment = false;
      return ends;
    }
    if (isFirst) this.#isComment = byte === COLON;
    this.#lineLength++;
    return false;
  }
}
