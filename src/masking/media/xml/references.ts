import { fromBytes, toBytes } from '../bytes/text-bytes.ts';
import type { Spelled } from '../escapes/respell.ts';

const AMPERSAND = 0x26;
/** Longest reference with leading zeros that is read. */
const MAX_REFERENCE = 24;

/** Names of ASCII characters in XML and HTML. */
const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    commat: '@',
    period: '.',
    colon: ':',
    sol: '/',
    bsol: '\\',
    num: '#',
    lowbar: '_',
    plus: '+',
    equals: '=',
    lpar: '(',
    rpar: ')',
    percnt: '%',
    comma: ',',
    semi: ';',
    quest: '?',
    Tab: '\t',
    NewLine: '\n',
  }),
);

/**
 * A text without its references to ASCII characters. Others stay as they stand: no value is made of them, and what byte
 * they are depends on the charset.
 *
 * @source XML 1.0 §4.1, §4.6; WHATWG HTML §13.2.5.72 ff., which do not need the semicolon of a number
 */
export function decodeReferences(source: Uint8Array): Spelled {
  const text = new Uint8Array(source.length);
  const starts = new Uint32Array(source.length + 1);
  let length = 0;
  for (let at = 0; at < source.length; length++) {
    starts[length] = at;
    const reference = source[at] === AMPERSAND ? referenceAt(source, at) : undefined;
    text[length] = reference?.byte ?? source[at]!;
    at += reference?.length ?? 1;
  }
  starts[length] = source.length;
  return { source, text: text.subarray(0, length), starts };
}

function referenceAt(source: Uint8Array, at: number): { readonly byte: number; readonly length: number } | undefined {
  const ahead = fromBytes(source.subarray(at, at + MAX_REFERENCE));
  const match = /^&(?:#(?:([0-9]+)|[xX]([0-9A-Fa-f]+));?|([A-Za-z]+);)/.exec(ahead);
  if (match === null) return undefined;
  const [reference, decimal, hexadecimal, name = ''] = match;
  const byte = codeOf(decimal, hexadecimal) ?? NAMES.get(name)?.charCodeAt(0);
  return byte === undefined || byte === 0 || byte >= 0x80 ? undefined : { byte, length: reference.length };
}

function codeOf(decimal: string | undefined, hexadecimal: string | undefined): number | undefined {
  if (decimal !== undefined) return Number.parseInt(decimal, 10);
  return hexadecimal === undefined ? undefined : Number.parseInt(hexadecimal, 16);
}

/** Text as it can stand in content and in attribute values of either quote. */
export function encodeReferences(bytes: Uint8Array): Uint8Array {
  const parts = Array.from(bytes, (byte) => REFERENCES.get(byte) ?? [byte]);
  return Uint8Array.from(parts.flat());
}

const REFERENCES: ReadonlyMap<number, readonly number[]> = new Map(
  Object.entries({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }).map(([character, reference]) => [
    character.charCodeAt(0),
    [...toBytes(reference)],
  ]),
);
