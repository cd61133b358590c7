/** How a charset relates to ASCII: `ascii` has it byte by byte, so that text needs no decoding. */
export type CharsetClass = 'ascii' | 'utf-16le' | 'utf-16be' | 'utf-16' | 'other';

const ASCII_COMPATIBLE =
  /^(?:utf-?8|us-ascii|ascii|iso[-_]?8859[-_]?(?:[1-9]|1[0-6])(?:-[ei])?|latin[1-9]|l[1-9]|windows-?(?:125[0-8]|874)|cp125[0-8]|koi8-[ru]|macintosh|x-mac-cyrillic|ibm866|tis-620)$/;

const UTF16: ReadonlyMap<string, CharsetClass> = new Map([
  ['utf-16', 'utf-16'],
  ['utf16', 'utf-16'],
  ['unicode', 'utf-16'],
  ['ucs-2', 'utf-16'],
  ['iso-10646-ucs-2', 'utf-16'],
  ['utf-16le', 'utf-16le'],
  ['utf-16be', 'utf-16be'],
]);

/**
 * What is known about a charset by its name. Unknown ones are `other`, as are those in which a byte below 0x80 may be a part
 * of another character (Shift_JIS, GBK, Big5) or mean something else (ISO-2022, UTF-7, EBCDIC).
 *
 * @source WHATWG Encoding §4.2; IANA character sets
 */
export function classifyCharset(label: string): CharsetClass {
  const name = label.trim().toLowerCase();
  return ASCII_COMPATIBLE.test(name) ? 'ascii' : (UTF16.get(name) ?? 'other');
}
