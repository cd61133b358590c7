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
  /**
   * The same, in parts: what was put in, and views of `bytes` between, so that nothing has to be copied. Absent where a filter
   * writes its output anew. {@link partsOf} calls either.
   */
  pushParts?(bytes: Uint8Array): readonly Uint8Array[];
  /** Ends the text. @returns what was held back */
  finish(): Uint8Array;
}

const NOTHING: readonly Uint8Array[] = [];

/** What can be sent on of the next piece of a text, in as many parts as it takes not to copy it. */
export function partsOf(filter: TextFilter, bytes: Uint8Array): readonly Uint8Array[] {
  if (filter.pushParts !== undefined) return filter.pushParts(bytes);
  const filtered = filter.push(bytes);
  return filtered.length === 0 ? NOTHING : [filtered];
}
