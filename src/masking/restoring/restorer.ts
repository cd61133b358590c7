import type { VaultSession } from '../../core/vault/vault.ts';
import { isLabelByte, isTokenBody, LONGEST_LABEL, TOKEN_DIGITS, TOKEN_SYMBOLS } from '../../core/vault/vault-token.ts';
import { concatenate, EMPTY } from '../media/bytes/concatenate.ts';
import { fromBytes, toBytes } from '../media/bytes/text-bytes.ts';
import type { TextFilter } from '../text-filter.ts';
import { escapeJson } from './escape-json.ts';
import { JsonDepth } from './json-depth.ts';

export interface RestorerOptions {
  /** The tokens that this text may hold. */
  readonly tokens: Pick<VaultSession, 'tokenEnding' | 'valueOf' | 'isForeign'>;
  /** `json`: the text is raw JSON, and values are escaped for the strings they come to stand in. `none`: it is the value itself. */
  readonly escape: 'none' | 'json';
  /** A token was restored. */
  readonly onRestored?: () => void;
  /** A token was found that was sent elsewhere; it stays as it is. */
  readonly onForeign?: () => void;
}

const UNDERSCORE = 0x5f;
const NINE = 0x39;

/**
 * Puts values back where their tokens stand. Other texts of the same form stay, and so does a token whose value cannot be
 * written where it stands. Holds back only what may be the beginning of a token: less than one, of prose at most a word in
 * capitals or a number.
 */
export class Restorer implements TextFilter {
  readonly #options: RestorerOptions;
  readonly #json: JsonDepth | undefined;
  #held: Uint8Array = EMPTY;
  /** The byte before what is held. */
  #previous = 0;

  constructor(options: RestorerOptions) {
    this.#options = options;
    this.#json = options.escape === 'json' ? new JsonDepth() : undefined;
  }

  push(bytes: Uint8Array): Uint8Array {
    return this.#restore(concatenate([this.#held, bytes]), false);
  }

  finish(): Uint8Array {
    return this.#restore(this.#held, true);
  }

  #restore(text: Uint8Array, isFinal: boolean): Uint8Array {
    const parts: Uint8Array[] = [];
    let sent = 0;
    let read = 0;
    for (let at = nextMark(text, 0); at < text.length; at = nextMark(text, at + 1)) {
      const ending = text[at] === NINE ? this.#numberAt(text, at, isFinal) : symbolsAfter(text, at);
      const token = ending === undefined ? undefined : this.#resolve(text, sent, ending);
      if (token === undefined) continue;
      this.#json?.advance(text, read, token.start);
      read = token.start;
      const written = this.#json === undefined ? token.value : escapeJson(token.value, this.#json.depth);
      if (written === undefined) continue;
      parts.push(text.subarray(sent, token.start), toBytes(written));
      sent = token.end;
      at = token.end - 1;
      this.#options.onRestored?.();
    }
    const hold = isFinal ? text.length : this.#holdFrom(text, sent);
    this.#json?.advance(text, read, hold);
    parts.push(text.subarray(sent, hold));
    if (hold > 0) this.#previous = text[hold - 1]!;
    this.#held = hold === text.length ? EMPTY : text.slice(hold);
    return concatenate(parts);
  }

  /** The token of which the ending stands there, with its value; undefined where there is none to restore. */
  #resolve(text: Uint8Array, from: number, { start, end }: Span): Restorable | undefined {
    const { tokens, onForeign } = this.#options;
    const token = tokens.tokenEnding(fromBytes(text.subarray(start, end)));
    if (token === undefined) return undefined;
    const tokenStart = end - token.length;
    // A label may follow another word: what matters is that all of it is there.
    if (tokenStart < from || fromBytes(text.subarray(tokenStart, start)) !== token.slice(0, start - tokenStart))
      return undefined;
    const value = tokens.valueOf(token);
    if (value !== undefined) return { start: tokenStart, end, value };
    if (tokens.isForeign(token)) onForeign?.();
    return undefined;
  }

  /** A number of as many digits as a token has, where what stands on both sides is no digit. */
  #numberAt(text: Uint8Array, at: number, isFinal: boolean): Span | undefined {
    if (isDigit(at > 0 ? text[at - 1]! : this.#previous)) return undefined;
    const end = at + TOKEN_DIGITS;
    if (end > text.length || (end === text.length && !isFinal)) return undefined;
    for (let i = at + 1; i < end; i++) if (!isDigit(text[i]!)) return undefined;
    return end < text.length && isDigit(text[end]!) ? undefined : { start: at, end };
  }

  /** Where what may be the beginning of a token begins; the end of the text where nothing may. */
  #holdFrom(text: Uint8Array, from: number): number {
    return Math.min(tokenTail(text, from), this.#numberTail(text, from));
  }

  #numberTail(text: Uint8Array, from: number): number {
    let start = text.length;
    while (start > from && text.length - start <= TOKEN_DIGITS && isDigit(text[start - 1]!)) start--;
    if (start === text.length || text.length - start > TOKEN_DIGITS || text[start] !== NINE) return text.length;
    return isDigit(start > 0 ? text[start - 1]! : this.#previous) ? text.length : start;
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Restorable extends Span {
  readonly value: string;
}

/** The symbols of a token after the underscore at `at`. */
function symbolsAfter(text: Uint8Array, at: number): Span | undefined {
  const end = at + 1 + TOKEN_SYMBOLS;
  return end <= text.length && isTokenBody(text, at + 1, end) ? { start: at + 1, end } : undefined;
}

/** The first capital of the label that ends before `at`, or `at`. */
function labelStart(text: Uint8Array, at: number, from: number): number {
  let start = at;
  const limit = Math.max(from, at - LONGEST_LABEL);
  for (let i = at - 1; i >= limit && isLabelByte(text[i]!); i--) if (isCapital(text[i]!)) start = i;
  return start;
}

/** Where the last part of the text begins that may be the beginning of a token. */
function tokenTail(text: Uint8Array, from: number): number {
  const end = text.length;
  const limit = Math.max(from, end - TOKEN_SYMBOLS);
  for (let at = end - 1; at >= limit; at--) {
    if (text[at] !== UNDERSCORE || !isTokenBody(text, at + 1, end)) continue;
    const start = labelStart(text, at, from);
    if (start < at) return start;
  }
  return labelStart(text, end, from);
}

/** The next byte that stands in every token: the underscore after a label, or the nine that a number begins with. */
function nextMark(text: Uint8Array, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== UNDERSCORE && text[at] !== NINE) at++;
  return at;
}

function isCapital(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
