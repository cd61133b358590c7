/**
 * A transformation of a text while it streams; sans-I/O. For every way of cutting the input into chunks, all output put
 * together is the same. It holds back no more than what may still change.
 */
export interface TextFilter {
  /**
   * @param bytes the next piece of the text, of any length; not kept after the call
   * @returns what can be sent on; a view of `bytes` where nothing had to change
   */
  push(bytes: Uint8Array): Uint8Array;
  /** Ends the text. @returns what was held back */
  finish(): Uint8Array;
}
