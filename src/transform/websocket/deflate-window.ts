import type { Bytes } from '../../core/units.ts';
import { concatenate, EMPTY } from '../../masking/media/bytes/concatenate.ts';

/** The largest that deflate knows. */
const WINDOW: Bytes = 32 * 1024;

/**
 * What the next compressed message of a side may refer to: the end of those before it. Kept apart from zlib and handed to it
 * as a dictionary, so that no stream of zlib lives as long as the connection, each call has its own bound, and a message that
 * compression makes longer can leave as it is without a trace.
 */
export class DeflateWindow {
  readonly #keeps: boolean;
  #bytes: Uint8Array | undefined;

  /** @param keeps whether messages may refer to earlier ones at all: "context takeover" (RFC 7692 §7.1.1) */
  constructor(keeps: boolean) {
    this.#keeps = keeps;
  }

  /** For zlib; absent where there is nothing to refer to. */
  get dictionary(): { readonly dictionary?: Uint8Array } {
    return this.#bytes === undefined ? {} : { dictionary: this.#bytes };
  }

  /** Told of a message that went through compression, uncompressed. */
  add(message: Uint8Array): void {
    if (!this.#keeps || message.length === 0) return;
    const before = this.#bytes?.subarray(-Math.max(1, WINDOW - message.length)) ?? EMPTY;
    // A copy, so that a long message is not kept alive by its end.
    this.#bytes = Uint8Array.from(concatenate([before, message]).subarray(-WINDOW));
  }
}
