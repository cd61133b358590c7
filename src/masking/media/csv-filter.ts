import type { TextFilter } from '../text-filter.ts';
import { ByteCollector } from './bytes/byte-collector.ts';
import { concatenate, EMPTY } from './bytes/concatenate.ts';
import { sameBytes } from './bytes/same-bytes.ts';
import { decodeText, fromBytes, toBytes } from './bytes/text-bytes.ts';
import { filterWhole } from './filter-whole.ts';

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const SEPARATORS = [0x2c, 0x3b, 0x09, 0x7c] as const;

/** Most bytes of one cell, and of the first record, on which the separator is told. */
const MAX_CELL = 1024 * 1024;

/** Most columns whose names are remembered. */
const MAX_COLUMNS = 4096;

/**
 * Filters comma-separated values and their kin, cell by cell. The separator is the one that the first record has most of;
 * that record gives the columns their names, unless a cell of it is a number.
 *
 * @source RFC 4180
 */
export class CsvFilter implements TextFilter {
  readonly #cell: (columnName: string | undefined) => TextFilter;
  readonly #held = new ByteCollector(MAX_CELL, 'a cell or a first record');
  #separator: number | undefined;
  #header: readonly string[] = [];
  #names: readonly string[] = [];
  #column = 0;
  #quoting: Quoting = 'start';

  /** @param cell makes the filter for a cell; it is told the name of its column where there is one */
  constructor(cell: (columnName: string | undefined) => TextFilter) {
    this.#cell = cell;
  }

  /** @throws UnreadableContent where a cell is too long */
  push(bytes: Uint8Array): Uint8Array {
    return this.#separator === undefined ? this.#readFirst(bytes) : this.#readCells(bytes);
  }

  /** @throws UnreadableContent where a cell is too long */
  finish(): Uint8Array {
    const begun = this.#separator === undefined ? this.#begin(this.#held.take()) : EMPTY;
    return concatenate([begun, this.#filter(this.#held.take())]);
  }

  /** Collects the first record until it ends. */
  #readFirst(bytes: Uint8Array): Uint8Array {
    for (let at = 0; at < bytes.length; at++) {
      this.#quoting = nextQuoting(this.#quoting, bytes[at]!);
      if (this.#quoting !== 'record') continue;
      const first = this.#held.complete(bytes, 0, at);
      return concatenate([this.#begin(first), this.#readCells(bytes.subarray(at))]);
    }
    this.#held.append(bytes);
    return EMPTY;
  }

  #begin(first: Uint8Array): Uint8Array {
    this.#separator = mostFrequent(first);
    const cells = splitRecord(first, this.#separator).map((cell) => decodeText(unquote(cell) ?? cell));
    const isHeader = cells.length <= MAX_COLUMNS && !cells.some((cell) => /^\s*[0-9]+\s*$/.test(cell));
    if (isHeader) this.#header = cells;
    this.#quoting = 'start';
    return this.#readCells(first);
  }

  #readCells(bytes: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = [];
    let start = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      this.#quoting = nextQuoting(this.#quoting, byte, this.#separator);
      if (this.#quoting !== 'start' && this.#quoting !== 'record') continue;
      parts.push(this.#filter(this.#held.complete(bytes, start, at)), bytes.subarray(at, at + 1));
      start = at + 1;
      this.#column++;
      if (this.#quoting === 'record') this.#endRecord();
    }
    this.#held.append(bytes.subarray(start));
    return concatenate(parts);
  }

  /** A header names the columns of the records behind it. */
  #endRecord(): void {
    this.#column = 0;
    this.#names = this.#header;
  }

  #filter(cell: Uint8Array): Uint8Array {
    if (cell.length === 0) return cell;
    const text = unquote(cell);
    const filtered = filterWhole(this.#cell(this.#names[this.#column]), text ?? cell);
    if (sameBytes(filtered, text ?? cell)) return cell;
    // A cell with quotes within it is read in more than one way; it stays as near to what it was as can be.
    const isPlain = text === undefined && (cell.includes(QUOTE) || !filtered.some((byte) => this.#needsQuotes(byte)));
    return isPlain ? filtered : quote(filtered);
  }

  #needsQuotes(byte: number): boolean {
    return byte === this.#separator || byte === QUOTE || byte === LF || byte === CR;
  }
}

/** Where in a cell a reader is; `start` and `record` are behind the byte that ended the cell, or the record too. */
type Quoting = 'start' | 'record' | 'plain' | 'quoted' | 'closed';

/** @param separator absent: none ends a cell */
function nextQuoting(state: Quoting, byte: number, separator?: number): Quoting {
  if (state === 'quoted') return byte === QUOTE ? 'closed' : 'quoted';
  if (byte === LF || byte === CR) return 'record';
  if (byte === separator) return 'start';
  if (byte !== QUOTE) return separator === undefined && SEPARATORS.some((other) => other === byte) ? 'start' : 'plain';
  return state === 'plain' ? 'plain' : 'quoted';
}

function mostFrequent(record: Uint8Array): number {
  const counts = SEPARATORS.map((separator) => splitRecord(record, separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? SEPARATORS[0];
}

function splitRecord(record: Uint8Array, separator: number): Uint8Array[] {
  const cells: Uint8Array[] = [];
  let state: Quoting = 'start';
  let start = 0;
  for (let at = 0; at < record.length; at++) {
    state = nextQuoting(state, record[at]!, separator);
    if (state !== 'start') continue;
    cells.push(record.subarray(start, at));
    start = at + 1;
  }
  cells.push(record.subarray(start));
  return cells;
}

/** The text of a quoted cell; undefined where it is not quoted from end to end. */
function unquote(cell: Uint8Array): Uint8Array | undefined {
  if (cell.length < 2 || cell[0] !== QUOTE || cell.at(-1) !== QUOTE) return undefined;
  const inner = fromBytes(cell.subarray(1, -1));
  if (!inner.includes('"')) return cell.subarray(1, -1);
  if (inner.replaceAll('""', '').includes('"')) return undefined;
  return Uint8Array.from(inner.replaceAll('""', '"'), (character) => character.charCodeAt(0));
}

function quote(text: Uint8Array): Uint8Array {
  const doubled = Array.from(text, (byte) => (byte === QUOTE ? [QUOTE, QUOTE] : [byte]));
  return concatenate([toBytes('"'), Uint8Array.from(doubled.flat()), toBytes('"')]);
}
