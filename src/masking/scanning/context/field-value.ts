import type { FieldForm } from '../../entity.ts';
import { isReplacement } from '../../strategies/recognise-replacement.ts';
import { CLASSES, DIGIT, LETTER } from '../characters/byte-classes.ts';
import { setOf } from '../characters/byte-set.ts';

/** A longer value of a field is dealt with as it comes: its end is not waited for. */
export const FIELD_VALUE_MAX = 1024;

const BACKSLASH = 0x5c;
const SPACE = 0x20;
const COLON = 0x3a;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const DOUBLE_QUOTE = 0x22;
const QUOTES = setOf('"\'`');
/** Ends a value that stands in no quotes. */
const ENDS = setOf(' \t\r\n,;&"\'`<>()[]{}|\\');

/** Where the value of a field stands. */
export interface FieldValue {
  start: number;
  /** Behind its last byte; where the text breaks off, or the value is too long to wait for, the end of what is there. */
  end: number;
  /** The quote it stands in, and how many backslashes escape that quote; 0 for none. */
  quote: number;
  depth: number;
  /** `starved`: what is there does not tell. `endless`: longer than {@link FIELD_VALUE_MAX}. */
  extent: 'whole' | 'starved' | 'endless' | 'none';
  /** Nothing between these places ends a value without quotes; as the last search found. */
  openFrom: number;
  openTo: number;
}

/** Finds the value behind the colon or equals sign at `at`. */
export function readFieldValue(bytes: Uint8Array, at: number, end: number, isFinal: boolean, value: FieldValue): void {
  value.extent = 'none';
  const behind = behindSign(bytes, at, end);
  if (behind < 0) return;
  const first = skipBlanks(bytes, behind, end);
  let i = first;
  while (i < end && bytes[i] === BACKSLASH) i++;
  const isQuoted = i < end && QUOTES[bytes[i]!] === 1;
  // Behind a quote the next character tells whether it opens a value or ends the text that the name is the last word of.
  if (i >= end || (isQuoted && i + 1 >= end)) {
    value.extent = isFinal ? 'none' : 'starved';
    return;
  }
  value.quote = isQuoted ? bytes[i]! : 0;
  value.depth = i - first;
  if (isQuoted ? endsText(bytes, at, i) : value.depth > 0 || bytes.subarray(behind, first).includes(NEWLINE)) return;
  value.start = isQuoted ? i + 1 : i;
  findEnd(bytes, end, isFinal, value);
}

const NEWLINE = 0x0a;
const BLANKS = setOf(' \t\r\n');
/** Most white space between a name and its value. */
const MOST_BLANKS = 32;

function skipBlanks(bytes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && i - at < MOST_BLANKS && BLANKS[bytes[i]!] === 1) i++;
  return i;
}

/** What follows a quote that ends a text: `"Enter your password:"}`, `prompt='Password: ')`. */
const FOLLOWS_TEXT = setOf(',}])>;:+.%?&|= \t\r\n\\');

/** Whether the quote at `at` ends a text in which the name stands last; a name in quotes of its own is a name. */
function endsText(bytes: Uint8Array, sign: number, at: number): boolean {
  let before = sign - 1;
  while (before > 0 && bytes[before] === SPACE) before--;
  return QUOTES[bytes[before]!] === 0 && FOLLOWS_TEXT[bytes[at + 1]!] === 1;
}

/** Behind the colon, the equals sign, the `:=` or the `=>` of a hash; -1 for what only looks like one: `==`, `::`, `x => y`. */
function behindSign(bytes: Uint8Array, at: number, end: number): number {
  const next = at + 1 < end ? bytes[at + 1]! : 0;
  if (bytes[at] === COLON && next === EQUALS) return at + 2;
  if (next === GREATER) return endsQuotedName(bytes, at) ? at + 2 : -1;
  return next === EQUALS || next === COLON ? -1 : at + 1;
}

function endsQuotedName(bytes: Uint8Array, sign: number): boolean {
  let before = sign - 1;
  while (before > 0 && bytes[before] === SPACE) before--;
  return QUOTES[bytes[before]!] === 1;
}

function findEnd(bytes: Uint8Array, end: number, isFinal: boolean, value: FieldValue): void {
  const limit = Math.min(end, value.start + FIELD_VALUE_MAX);
  const found = value.quote === 0 ? bareEnd(bytes, limit, value) : quotedEnd(bytes, limit, value);
  value.end = found < 0 ? limit : found;
  if (found >= 0) value.extent = 'whole';
  else if (limit === value.start + FIELD_VALUE_MAX) value.extent = value.quote === 0 ? 'none' : 'endless';
  else value.extent = isFinal ? 'whole' : 'starved';
}

/** In `a=b=c=…` each value holds all that follow: what was searched for one is not searched again for the next. */
function bareEnd(bytes: Uint8Array, limit: number, value: FieldValue): number {
  const { start, openFrom, openTo } = value;
  let i = start >= openFrom && start < openTo ? openTo : start;
  while (i < limit && ENDS[bytes[i]!] === 0) i++;
  if (start < openFrom || start >= openTo) value.openFrom = start;
  value.openTo = i;
  return i < limit ? i : -1;
}

function quotedEnd(bytes: Uint8Array, limit: number, value: FieldValue): number {
  let backslashes = 0;
  for (let i = value.start; i < limit; i++) {
    const byte = bytes[i]!;
    if (byte === NEWLINE) return i;
    const escaping = endsQuoted(byte, backslashes, value);
    if (escaping >= 0) return i - escaping;
    backslashes = byte === BACKSLASH ? backslashes + 1 : 0;
  }
  return -1;
}

/**
 * Whether this byte, behind so many backslashes, ends a value that stands in quotes. A double quote ends one in quotes of
 * another kind too: it may be the end of the JSON string that both are in.
 *
 * @returns how many of the backslashes are not of the value; -1 where it goes on
 */
export function endsQuoted(byte: number, backslashes: number, { quote, depth }: Pick<FieldValue, 'quote' | 'depth'>): number {
  if (byte === quote) return closingDepth(backslashes, depth);
  return byte === DOUBLE_QUOTE ? backslashes : -1;
}

/**
 * How many of the backslashes before a quote escape it, where it ends the text that began with a quote behind `depth` of
 * them, or a text around it; -1 where it ends neither. JSON in JSON doubles them at each level: a quote of level n has
 * 2^n - 1, and every backslash that the text itself has adds 2^(n+1).
 */
function closingDepth(backslashes: number, depth: number): number {
  for (let level = 0; level < depth; level = 2 * level + 1) if (backslashes % (2 * (level + 1)) === level) return level;
  return backslashes % (2 * (depth + 1)) === depth ? depth : -1;
}

/** What stands where a value should be put in, or is none. */
const PLACEHOLDER =
  /^(?:(?:bearer|basic|token) +)?(?:null|none|nil|true|false|undefined|string|number|boolean|bytes?|str|int|required|optional|changeme|example|redacted|x+|\*+|\.+|-+|<.*|\$.*|%.*|\{.*|\[.*|your.*)$/i;

/**
 * Whether a value is what the name of its field says.
 * @param value escapes undone
 */
export function fitsField(form: FieldForm, value: Uint8Array, isQuoted: boolean): boolean {
  if (value.length < form.min) return false;
  // Quotes tell where a password ends, however long it is; without them a long word is something else.
  if (value.length > form.max && !(form.value === 'any' && isQuoted)) return false;
  const text = latin1(value);
  if (PLACEHOLDER.test(text) || isReplacement(value)) return false;
  return FITS[form.value](text, value, isQuoted) && (form.check === undefined || form.check(value, value.length));
}

type Fits = (text: string, value: Uint8Array, isQuoted: boolean) => boolean;

const OPAQUE = /^[A-Za-z0-9+/=_.~!@#$%^*:-]+$/;
/** An address or a path of a program says where a secret is, not which. */
const REFERENCE = /^(?:https?:|\/|\.|[a-z]+\.[a-z.]+$)/i;

/** A number is none, however it is written. */
const NUMBER = /^[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?$/i;

const FITS: Readonly<Record<FieldForm['value'], Fits>> = {
  // Without quotes it may be code, or prose: a digit tells a password from both.
  any: (text, value, isQuoted) => isQuoted || (hasBoth(value) && !/[()]/.test(text) && !NUMBER.test(text)),
  word: (text) => !/[^\w-]/.test(text),
  opaque: (text, value) => OPAQUE.test(text) && hasBoth(value) && !REFERENCE.test(text),
  digits: (text) => /^\d(?:[ -]?\d)*$/.test(text),
  date: (text) => DATE.test(text),
};

const DATE =
  /^(?:(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?:T[\d:.Z+-]*)?|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:19|20)?\d\d|(?:19|20)\d{6})$/;

/** Whether letters and digits are in it. */
function hasBoth(value: Uint8Array): boolean {
  let seen = 0;
  for (const byte of value) seen |= CLASSES[byte]!;
  return (seen & DIGIT) !== 0 && (seen & LETTER) !== 0;
}

function latin1(value: Uint8Array): string {
  let text = '';
  for (const byte of value) text += String.fromCharCode(byte);
  return text;
}
