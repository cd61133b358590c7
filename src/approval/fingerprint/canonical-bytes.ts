import { Defect } from '../../core/defect.ts';

/** Most questions have 2 to 6 KiB. */
const FIRST_BYTES = 8192;
const COUNT_BYTES = 4;

/**
 * One encoding for plain data, in which different data never look the same: every value begins with a byte that says what it
 * is, and with its length or count where it has one.
 *
 * - `z` null · `t` true · `f` false
 * - `n` length, text of a finite number
 * - `s` length, UTF-16LE: unlike UTF-8 it keeps half a surrogate pair, which a client can send
 * - `l` count, the members of a list in their order
 * - `o` count, the members of an object: name and value by turns, sorted by name; those that are undefined are left out
 *
 * Lengths in bytes and counts are 32-bit, big-endian.
 */
export function canonicalBytes(value: unknown): Uint8Array {
  const writer = new CanonicalWriter();
  writer.write(value);
  return writer.written();
}

/** A question has hundreds of values: they go into one piece of memory that grows, since one for each is garbage by the megabyte. */
class CanonicalWriter {
  #bytes = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  write(value: unknown): void {
    if (value === null) this.#writeTag('z');
    else if (typeof value === 'boolean') this.#writeTag(value ? 't' : 'f');
    else if (typeof value === 'string') this.#writeText('s', value, 'utf16le');
    else if (typeof value === 'number' && Number.isFinite(value)) this.#writeText('n', String(value), 'latin1');
    else if (Array.isArray(value)) this.#writeList(value);
    else if (isPlainObject(value)) this.#writeObject(value);
    else throw new Defect(`A ${typeof value} has no canonical form`);
  }

  #writeList(list: readonly unknown[]): void {
    this.#writeTag('l');
    this.#writeCount(list.length);
    for (const member of list) this.write(member);
  }

  #writeObject(object: Readonly<Record<string, unknown>>): void {
    // By code units: the same order whatever the locale.
    const names = Object.keys(object)
      .filter((name) => object[name] !== undefined)
      .sort();
    this.#writeTag('o');
    this.#writeCount(names.length);
    for (const name of names) {
      this.#writeText('s', name, 'utf16le');
      this.write(object[name]);
    }
  }

  #writeText(kind: 's' | 'n', text: string, encoding: 'utf16le' | 'latin1'): void {
    const length = Buffer.byteLength(text, encoding);
    this.#writeTag(kind);
    this.#writeCount(length);
    this.#makeRoom(length);
    this.#length += this.#bytes.write(text, this.#length, encoding);
  }

  #writeTag(kind: string): void {
    this.#makeRoom(1);
    this.#length = this.#bytes.writeUInt8(kind.charCodeAt(0), this.#length);
  }

  #writeCount(count: number): void {
    this.#makeRoom(COUNT_BYTES);
    this.#length = this.#bytes.writeUInt32BE(count, this.#length);
  }

  #makeRoom(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** Maps, sets and objects of classes keep what they hold where nobody looks: they would all look empty. */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
