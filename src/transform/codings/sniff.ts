import type { Bytes } from '../../core/units.ts';

/** What content is that its fields call text: compressed after all, or no text in a charset that can be read bytewise. */
export type Mislabelling = 'gzip' | 'zstd' | 'nul';

const GZIP: readonly number[] = [0x1f, 0x8b];
const ZSTD: readonly number[] = [0x28, 0xb5, 0x2f, 0xfd];
const LONGEST_MAGIC = 4;

/** So far content is looked at: what begins as text for longer is what it says it is, or not worth the time. */
const SNIFFED: Bytes = 512;

/**
 * What content without a coding gives itself away as at its beginning; undefined when as nothing. `nul`: it holds a NUL byte
 * early, as no text in UTF-8 does and nearly every archive, image or UTF-16 text does. deflate and brotli cannot be told.
 *
 * @param bytes the beginning, as far as it is known
 * @source RFC 1952 §2.3.1, RFC 8878 §3.1.1
 */
export function sniffCoding(bytes: Uint8Array): Mislabelling | undefined {
  if (begins(bytes, GZIP)) return 'gzip';
  if (begins(bytes, ZSTD)) return 'zstd';
  return bytes.subarray(0, SNIFFED).includes(0) ? 'nul' : undefined;
}

/** {@link sniffCoding} for content that comes in pieces of any length. */
export class Sniffer {
  readonly #head = new Uint8Array(LONGEST_MAGIC);
  #seen: Bytes = 0;

  /** @returns what the content gave itself away as with this piece */
  look(bytes: Uint8Array): Mislabelling | undefined {
    if (this.#seen >= SNIFFED) return undefined;
    const piece = bytes.subarray(0, SNIFFED - this.#seen);
    for (let i = 0; i < piece.length && this.#seen + i < LONGEST_MAGIC; i++) this.#head[this.#seen + i] = piece[i]!;
    this.#seen += piece.length;
    const head = this.#head.subarray(0, Math.min(this.#seen, LONGEST_MAGIC));
    return sniffCoding(head) ?? (piece.includes(0) ? 'nul' : undefined);
  }
}

function begins(bytes: Uint8Array, magic: readonly number[]): boolean {
  return bytes.length >= magic.length && magic.every((byte, i) => bytes[i] === byte);
}
