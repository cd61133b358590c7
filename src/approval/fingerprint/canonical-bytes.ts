import { Defect } from '../../core/defect.ts';

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
  const pieces: Uint8Array[] = [];
  write(value, pieces);
  return Buffer.concat(pieces);
}

function write(value: unknown, pieces: Uint8Array[]): void {
  if (value === null) pieces.push(tag('z'));
  else if (typeof value === 'boolean') pieces.push(tag(value ? 't' : 'f'));
  else if (typeof value === 'string') writeBytes('s', Buffer.from(value, 'utf16le'), pieces);
  else if (typeof value === 'number' && Number.isFinite(value)) writeBytes('n', Buffer.from(String(value)), pieces);
  else if (Array.isArray(value)) writeList(value, pieces);
  else if (isPlainObject(value)) writeObject(value, pieces);
  else throw new Defect(`A ${typeof value} has no canonical form`);
}

function writeBytes(kind: 's' | 'n', bytes: Uint8Array, pieces: Uint8Array[]): void {
  pieces.push(tag(kind), count(bytes.length), bytes);
}

function writeList(list: readonly unknown[], pieces: Uint8Array[]): void {
  pieces.push(tag('l'), count(list.length));
  for (const member of list) write(member, pieces);
}

function writeObject(object: Readonly<Record<string, unknown>>, pieces: Uint8Array[]): void {
  // By code units: the same order whatever the locale.
  const names = Object.keys(object)
    .filter((name) => object[name] !== undefined)
    .sort();
  pieces.push(tag('o'), count(names.length));
  for (const name of names) {
    writeBytes('s', Buffer.from(name, 'utf16le'), pieces);
    write(object[name], pieces);
  }
}

/** Maps, sets and objects of classes keep what they hold where nobody looks: they would all look empty. */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function tag(kind: string): Uint8Array {
  return Buffer.from(kind, 'latin1');
}

function count(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
