import { fromBytes, toBytes } from '../../media/bytes/text-bytes.ts';
import { CLASSES, HEX, isDigit, isWord } from '../characters/byte-classes.ts';
import { HAS_COLON, HAS_DOT, type Run } from '../characters/run.ts';
import type { Report } from './report.ts';

const DOT = 0x2e;
const COLON = 0x3a;
const DASH = 0x2d;
const ZERO = 0x30;
/** Of an address of IPv4. */
const FEWEST_DIGITS = 4;

/** Addresses of IPv4 and IPv6 (RFC 791, RFC 4291 §2.2), but for those that name no one: loopback, unspecified, masks. */
export function findIpAddresses(run: Run, limit: number, report: Report): void {
  if ((run.features & HAS_DOT) !== 0 && run.digits >= FEWEST_DIGITS) findV4(run, limit, report);
  if ((run.features & HAS_COLON) !== 0) findV6(run, limit, report);
}

function findV4({ text, length, goesOn }: Run, limit: number, report: Report): void {
  for (let i = 0; i < limit; i++) {
    if (!isDigit(text[i]!) || (i === 0 ? goesOn : isJoinedBefore(text[i - 1]!))) continue;
    const to = v4End(text, i, length);
    if (to > 0 && namesSomeone(text[i]!, text, i)) report(i, to);
    i = behindNumbers(text, Math.max(i, to), limit);
  }
}

/** Behind the digits and dots from `at` on. */
function behindNumbers(text: Uint8Array, at: number, limit: number): number {
  let i = at;
  while (i < limit && (isDigit(text[i]!) || text[i] === DOT)) i++;
  return i;
}

/** Behind the fourth octet; -1 where this is no address, or one of more numbers than four. */
function v4End(text: Uint8Array, at: number, length: number): number {
  let i = at;
  for (let octets = 1; ; octets++) {
    const from = i;
    let value = 0;
    while (i < length && i - from < 4 && isDigit(text[i]!)) value = value * 10 + text[i++]! - ZERO;
    // A number up to 255 without a leading zero.
    if (i === from || value > 255 || (i > from + 1 && text[from] === ZERO)) return -1;
    if (octets === 4) break;
    if (i >= length || text[i++] !== DOT) return -1;
  }
  return i < length && (isWord(text[i]!) || isJoinedAfter(text, i, length)) ? -1 : i;
}

/** Not 0.x (this network), 127.x (loopback) or 255.x (masks, broadcast). */
function namesSomeone(first: number, text: Uint8Array, at: number): boolean {
  const [second, third] = [text[at + 1], text[at + 2]];
  if (first === ZERO) return false;
  return !(first === 0x31 && second === 0x32 && third === 0x37) && !(first === 0x32 && second === 0x35 && third === 0x35);
}

/** `1.2.3.4.5` and `1.2.3.4-rc` are versions. */
function isJoinedAfter(text: Uint8Array, at: number, length: number): boolean {
  return (text[at] === DOT || text[at] === DASH) && at + 1 < length && isWord(text[at + 1]!);
}

function isJoinedBefore(byte: number): boolean {
  return byte === DOT || isWord(byte);
}

const V6_LONGEST = 45;
const LONGEST_LABELLED = 60;

function findV6({ text, length, goesOn }: Run, limit: number, report: Report): void {
  for (let i = 0; i < limit; i++) {
    if (!isV6(text[i]!)) continue;
    const begins = i === 0 ? !goesOn : !isWord(text[i - 1]!);
    if (!begins && text[i] === COLON) continue;
    const to = v6End(text, i, length);
    const isWhole = begins && (to >= length || !isWord(text[to]!));
    const isAddress = isWhole && to - i <= V6_LONGEST && mayBeV6(text, i, to) && isV6Address(text, i, to);
    if (isAddress) report(i, to);
    i = isWhole && !isAddress ? labelEnd(text, i, to) : to;
  }
}

/** `ace:` is a label that looks like a group of an address: what follows it may be one. */
function labelEnd(text: Uint8Array, from: number, to: number): number {
  if (to - from > LONGEST_LABELLED) return to;
  let colon = from;
  while (colon < to && text[colon] !== COLON) colon++;
  return colon > from ? colon : to;
}

/** Behind the characters that an address is made of; it may end in one of IPv4, and a dot behind it ends a sentence. */
function v6End(text: Uint8Array, from: number, length: number): number {
  let to = from;
  while (to < length && (isV6(text[to]!) || (text[to] === DOT && to > from))) to++;
  while (to > from && text[to - 1] === DOT) to--;
  return to;
}

/** Seven colons, or fewer of which two stand together: times of day have neither. */
function mayBeV6(text: Uint8Array, from: number, to: number): boolean {
  let colons = 0;
  for (let i = from; i < to; i++) {
    if (text[i] !== COLON) continue;
    if (text[i + 1] === COLON && i + 1 < to) return true;
    colons++;
  }
  return colons === 7;
}

function isV6(byte: number): boolean {
  return byte === COLON || (CLASSES[byte]! & HEX) !== 0;
}

/** Whether this is an address that says more than `::1`, and is no path of a programming language such as `a::b`. */
function isV6Address(text: Uint8Array, from: number, to: number): boolean {
  const address = fromBytes(text.subarray(from, to));
  const [head = '', tail, ...more] = address.split('::');
  if (more.length > 0) return false;
  const groups = [...groupsOf(head), ...groupsOf(tail ?? '')];
  if (!groups.every((group, index) => isGroup(group, index === groups.length - 1 && tail !== undefined))) return false;
  return tail === undefined ? groups.length === 8 : groups.length >= 3 && groups.length < 8 && /\d/.test(address);
}

function groupsOf(part: string): readonly string[] {
  return part === '' ? [] : part.split(':');
}

function isGroup(group: string, mayBeV4: boolean): boolean {
  if (/^[0-9a-f]{1,4}$/i.test(group)) return true;
  const bytes = toBytes(group);
  return mayBeV4 && v4End(bytes, 0, bytes.length) === bytes.length;
}
