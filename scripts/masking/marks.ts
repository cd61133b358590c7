/**
 * Where planted values stand in a document is not known before it is written out, and by then they are escaped. So they are
 * planted between marks: characters for private use, which no text here holds and which JSON writes as they are.
 */
const OPEN = 0xe000;
const CLOSE = 0xe001;
const FIRST_DIGIT = 0xe010;
/** A character that is to be written as `\u00XX`. */
const ESCAPED = 0xe100;

const MARKS = /[\u{e000}-\u{e1ff}]/u;

/** A planted value in the finished document: its number, and its bytes. */
export interface Mark {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** The text with the marks of a planted value around it. */
export function marked(number: number, text: string): string {
  const digits = Array.from(String(number))
    .map((digit) => String.fromCharCode(FIRST_DIGIT + Number(digit)))
    .join('');
  return String.fromCharCode(OPEN) + digits + text + String.fromCharCode(CLOSE);
}

/** The character so that it will be written as an escape of JSON. */
export function escaped(character: string): string {
  return String.fromCharCode(ESCAPED + character.charCodeAt(0));
}

/** Takes the marks out. */
export function readMarks(document: string): { readonly text: string; readonly marks: readonly Mark[] } {
  const marks: Mark[] = [];
  const parts: string[] = [];
  let bytes = 0;
  let open: { number: number; start: number } | undefined;
  const write = (text: string): void => {
    parts.push(text);
    bytes += Buffer.byteLength(text);
  };
  let at = 0;
  while (at < document.length) {
    const next = document.slice(at).search(MARKS);
    if (next < 0) break;
    write(document.slice(at, at + next));
    at += next;
    const code = document.charCodeAt(at++);
    if (code === OPEN) open = { number: 0, start: bytes };
    else if (code === CLOSE && open !== undefined) marks.push({ ...open, end: bytes });
    else if (code < ESCAPED && open !== undefined) open.number = open.number * 10 + code - FIRST_DIGIT;
    else write(`\\u${(code - ESCAPED).toString(16).padStart(4, '0')}`);
  }
  write(document.slice(at));
  return { text: parts.join(''), marks };
}
