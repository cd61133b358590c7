import { partsOf, type TextFilter } from '../../text-filter.ts';
import { UnreadableContent } from '../../unreadable.ts';

/** Refuses text with NUL bytes: it is binary, or in a charset in which a filter of ASCII would find nothing. */
export class TextGuard implements TextFilter {
  readonly #inner: TextFilter;

  constructor(inner: TextFilter) {
    this.#inner = inner;
  }

  /** @throws UnreadableContent */
  push(bytes: Uint8Array): Uint8Array {
    refuseNul(bytes);
    return this.#inner.push(bytes);
  }

  /** @throws UnreadableContent */
  pushParts(bytes: Uint8Array): readonly Uint8Array[] {
    refuseNul(bytes);
    return partsOf(this.#inner, bytes);
  }

  finish(): Uint8Array {
    return this.#inner.finish();
  }
}

function refuseNul(bytes: Uint8Array): void {
  if (bytes.includes(0)) throw new UnreadableContent('Found a NUL byte in text');
}
