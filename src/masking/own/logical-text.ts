import { hexValue } from '../scanning/characters/byte-classes.ts';

const BACKSLASH = 0x5c;
const CONTROLS: ReadonlyMap<number, string> = new Map([
  [0x62, '\b'],
  [0x66, '\f'],
  [0x6e, '\n'],
  [0x72, '\r'],
  [0x74, '\t'],
  [0x22, '"'],
  [0x2f, '/'],
]);

/** A raw text as its reader reads it, its escapes undone, with the way back. */
export interface LogicalText {
  readonly text: string;
  /** Where each UTF-16 unit begins in the raw text, and one more for the end of what was read. */
  readonly offsets: Int32Array;
}

/** Reads UTF-8 with escapes of JSON at any depth, up to a character that the end cuts in two. */
export function logicalText(bytes: Uint8Array, isFinal: boolean): LogicalText {
  const offsets = new Int32Array(bytes.length + 1);
  const units: string[] = [];
  let length = 0;
  let at = 0;
  while (at < bytes.length) {
    const read = readCharacter(bytes, at);
    if (read === undefined && !isFinal) break;
    const { character, next } = read ?? { character: '\ufffd', next: at + 1 };
    units.push(character);
    offsets[length++] = at;
    if (character.length > 1) offsets[length++] = at;
    at = next;
  }
  offsets[length] = at;
  return { text: units.join(''), offsets: offsets.subarray(0, length + 1) };
}

interface Read {
  readonly character: string;
  readonly next: number;
}

function readCharacter(bytes: Uint8Array, at: number): Read | undefined {
  const byte = bytes[at]!;
  if (byte === BACKSLASH) return readEscape(bytes, at);
  if (byte < 0x80) return { character: String.fromCharCode(byte), next: at + 1 };
  const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
  if (at + length > bytes.length) return undefined;
  let point = byte & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    if ((bytes[at + i]! & 0xc0) !== 0x80) return { character: '\ufffd', next: at + 1 };
    point = (point << 6) | (bytes[at + i]! & 0x3f);
  }
  if (length === 1 || point > 0x10ffff) return { character: '\ufffd', next: at + 1 };
  return { character: String.fromCodePoint(point), next: at + length };
}

function readEscape(bytes: Uint8Array, at: number): Read | undefined {
  let i = at + 1;
  while (i < bytes.length && bytes[i] === BACKSLASH) i++;
  if (i >= bytes.length) return undefined;
  const control = CONTROLS.get(bytes[i]!);
  if (control !== undefined) return { character: control, next: i + 1 };
  if (bytes[i] !== 0x75) return { character: '\\', next: i };
  let point = 0;
  for (let j = i + 1; j <= i + 4; j++) {
    if (j >= bytes.length) return undefined;
    const digit = hexValue(bytes[j]!);
    if (digit < 0) return { character: '\\', next: i };
    point = (point << 4) | digit;
  }
  return { character: String.fromCharCode(point), next: i + 5 };
}
