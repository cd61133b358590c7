import { concatenate } from '../bytes/concatenate.ts';
import { fromBytes, toBytes } from '../bytes/text-bytes.ts';
import { UnreadableContent } from '../../unreadable.ts';

interface Line {
  readonly field: string;
  /** The line without its end. */
  readonly text: Uint8Array;
  /** Where the value begins in `text`. */
  readonly value: number;
  /** LF, CR, CRLF, or nothing where the stream ends. */
  readonly end: Uint8Array;
}

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const BOM = [0xef, 0xbb, 0xbf];
/** Longer names than this are of no field that means anything. */
const LONGEST_FIELD = 16;
const ONE_LF = Uint8Array.of(LF);

/** The lines of one event, or of a comment, of an event stream. */
export class EventBlock {
  readonly bytes: Uint8Array;
  readonly #mark: Uint8Array;
  readonly #lines: readonly Line[];

  /** @param isFirst whether the stream begins here, so that a byte order mark is none of the text */
  constructor(bytes: Uint8Array, isFirst: boolean) {
    this.bytes = bytes;
    this.#mark = bytes.subarray(0, isFirst && BOM.every((byte, i) => bytes[i] === byte) ? BOM.length : 0);
    this.#lines = linesOf(bytes, this.#mark.length);
  }

  /** The lines of data put together as the receiver does; undefined where there are none. */
  get data(): Uint8Array | undefined {
    const values = this.#lines.filter(({ field }) => field === 'data').map(({ text, value }) => text.subarray(value));
    if (values.length <= 1) return values[0];
    return concatenate(values.flatMap((value, i) => (i === 0 ? [value] : [ONE_LF, value])));
  }

  /** The end of its lines. */
  get lineEnd(): Uint8Array {
    const end = this.#lines[0]?.end;
    return end === undefined || end.length === 0 ? ONE_LF : end;
  }

  /** The last line that names the type of the event; empty where there is none. */
  get nameLine(): Uint8Array {
    return this.#lines.findLast(({ field }) => field === 'event')?.text ?? new Uint8Array(0);
  }

  /**
   * The block with other data and with its other lines filtered, everything else as it stands.
   *
   * @param data absent: as it stands
   * @throws UnreadableContent where the filter breaks a line in two
   */
  rebuild(data: Uint8Array | undefined, filterLine: (line: Uint8Array) => Uint8Array): Uint8Array {
    const texts = this.#lines.map(({ field, text }) => (field === 'data' ? text : oneLine(filterLine(text))));
    if (data === undefined && this.#lines.every(({ text }, i) => text === texts[i])) return this.bytes;
    const rows = data === undefined ? undefined : splitLines(data);
    const last = this.#lines.findLastIndex(({ field }) => field === 'data');
    const parts: Uint8Array[] = [this.#mark];
    let row = 0;
    for (const [i, line] of this.#lines.entries()) {
      if (line.field !== 'data' || rows === undefined) {
        parts.push(texts[i]!, line.end);
        continue;
      }
      const until = i === last ? rows.length : Math.min(row + 1, rows.length);
      for (; row < until; row++) {
        parts.push(line.text.subarray(0, line.value), rows[row]!, this.#endOf(line, row, rows.length));
      }
    }
    return concatenate(parts);
  }

  /** The last line of a stream that breaks off has no end, but a line before it must have one. */
  #endOf(line: Line, row: number, rows: number): Uint8Array {
    return row < rows - 1 && line.end.length === 0 ? this.lineEnd : line.end;
  }
}

function linesOf(bytes: Uint8Array, from: number): Line[] {
  const lines: Line[] = [];
  for (let start = from; start < bytes.length;) {
    let stop = start;
    while (stop < bytes.length && bytes[stop] !== LF && bytes[stop] !== CR) stop++;
    const end = bytes[stop] === CR && bytes[stop + 1] === LF ? stop + 2 : Math.min(stop + 1, bytes.length);
    const colon = bytes.subarray(start, stop).indexOf(COLON);
    const nameEnd = colon < 0 ? stop : start + colon;
    const value = colon < 0 ? stop : nameEnd + (bytes[nameEnd + 1] === SPACE && nameEnd + 1 < stop ? 2 : 1);
    lines.push({
      field: nameEnd - start > LONGEST_FIELD ? '' : fromBytes(bytes.subarray(start, nameEnd)),
      text: bytes.subarray(start, stop),
      value: value - start,
      end: bytes.subarray(stop, end),
    });
    start = end;
  }
  return lines;
}

/** A text at its line breaks of any kind. */
function splitLines(text: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== LF && text[at] !== CR) continue;
    lines.push(text.subarray(start, at));
    if (text[at] === CR && text[at + 1] === LF) at++;
    start = at + 1;
  }
  lines.push(text.subarray(start));
  return lines;
}

function oneLine(line: Uint8Array): Uint8Array {
  if (line.some((byte) => byte === LF || byte === CR)) {
    throw new UnreadableContent('Found a value with a line break for a field of an event, which has one line');
  }
  return line;
}

/** A field of an event with its line end. */
export function fieldLine(name: string, value: Uint8Array, end: Uint8Array): Uint8Array {
  return concatenate([toBytes(`${name}: `), value, end]);
}
