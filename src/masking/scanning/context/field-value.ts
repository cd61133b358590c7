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
  let i = behindSign(bytes, at, end);
  if (i < 0) return;
  while (i < end && bytes[i] === SPACE) i++;
  const first = i;
  while (i < end && bytes[i] === BACKSLASH) i++;
  if (i >= end) {
    value.extent = isFinal ? 'none' : 'starved';
    return;
  }
  const isQuoted = QUOTES[bytes[i]!] === 1;
  value.quote = isQuoted ? bytes[i]! : 0;
  value.depth = i - first;
  // Backslashes that escape no quote belong to what stands there, and that is no value.
  if (!isQuoted && value.depth > 0) return;
  value.start = isQuoted ? i + 1 : i;
  findEnd(bytes, end, isFinal, value);
}

/** Behind the colon, the equals sign or the `:=`; -1 for what only looks like one: `==`, `=>`, `::`. */
function behindSign(bytes: Uint8Array, at: number, end: number): number {
  const next = at + 1 < end ? bytes[at + 1]! : 0;
  if (bytes[at] === COLON && next === EQUALS) return at + 2;
  return next === EQUALS || next === GREATER || next === COLON ? -1 : at + 1;
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

function quotedEnd(bytes: Uint8Array, limit: number, { start, quote, depth }: FieldValue): number {
  let backslashes = 0;
  for (let i = start; i < limit; i++) {
    const byte = bytes[i]!;
    if (byte === quote && closesQuote(backslashes, depth)) return i - Math.min(backslashes, depth);
    backslashes = byte === BACKSLASH ? backslashes + 1 : 0;
  }
  return -1;
}

/**
 * Whether a quote behind so many backslashes ends the text that began with a quote behind `depth` of them. JSON in JSON
 * doubles them at each level: a quote of level n has 2^n - 1, one that the inner text escapes has twice as many and one more.
 * One with fewer ends an outer text, and this with it.
 */
export function closesQuote(backslashes: number, depth: number): boolean {
  return backslashes < depth || backslashes % (2 * (depth + 1)) === depth;
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

const FITS: Readonly<Record<FieldForm['value'], Fits>> = {
  // Without quotes it may be code, or prose: a digit tells a password from both.
  any: (text, value, isQuoted) => isQuoted || (hasBoth(value) && !/[()]/.test(text)),
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
