import type { IpAddress, Ipv4Address, Ipv6Address } from '../../core/address.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { quote } from '../quote.ts';

/** Four unsigned 32-bit words, most significant first. */
export type Ipv6Words = Ipv6Address['bits'];

/** The longest text an address has: eight groups of four digits, the last two as a dotted quad. */
const MAX_TEXT = 45;
const HEX_GROUP = /^[0-9A-Fa-f]{1,4}$/;
const MAPPED_PREFIX = 0x0000ffff;

/**
 * Reads one address, strictly: a dotted quad without leading zeros, or any RFC 4291 spelling of IPv6 without brackets and
 * zone id. IPv4-mapped IPv6 (`::ffff:0:0/96`) becomes the IPv4 address that it stands for.
 *
 * @source RFC 4291 §2.2, RFC 6943 §3.1.1
 */
export function parseIpAddress(text: string): Result<IpAddress, string> {
  if (text.length <= MAX_TEXT) {
    if (text.includes(':')) {
      const words = parseIpv6Words(text);
      if (words !== undefined) return ok(ipv6(words));
    } else {
      const bits = parseDottedQuad(text);
      if (bits !== undefined) return ok(ipv4(bits));
    }
  }
  return fail(`Found ${quote(text)}, expected an IPv4 address such as 192.0.2.1 or an IPv6 address such as 2001:db8::1`);
}

/** The IPv4 address with these 32 bits. */
export function ipv4(bits: number): Ipv4Address {
  return {
    family: 4,
    bits: bits >>> 0,
    text: `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`,
  };
}

/** The address with these 128 bits: IPv4 where they are an IPv4-mapped address. */
export function ipv6(words: Ipv6Words): IpAddress {
  const [a, b, c, d] = words;
  if (a === 0 && b === 0 && c === MAPPED_PREFIX) return ipv4(d);
  return { family: 6, bits: [a >>> 0, b >>> 0, c >>> 0, d >>> 0], text: formatIpv6Words(words) };
}

/** The address in network byte order; undefined unless there are 4 or 16 bytes. */
export function addressFromBytes(bytes: Uint8Array): IpAddress | undefined {
  if (bytes.length !== 4 && bytes.length !== 16) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length === 4) return ipv4(view.getUint32(0));
  return ipv6([view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)]);
}

/** Order for sorting: IPv4 before IPv6, then by number; 0 only for equal addresses. */
export function compareAddresses(a: IpAddress, b: IpAddress): number {
  if (a.family === 4) return b.family === 4 ? a.bits - b.bits : -1;
  if (b.family === 4) return 1;
  for (let i = 0; i < 4; i++) {
    const difference = a.bits[i]! - b.bits[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** RFC 5952 text of 128 bits, mapped or not. */
export function formatIpv6Words(words: Ipv6Words): string {
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  const run = longestZeroRun(groups);
  const hex = (part: number[]): string => part.map((group) => group.toString(16)).join(':');
  if (run.length < 2) return hex(groups);
  return `${hex(groups.slice(0, run.start))}::${hex(groups.slice(run.start + run.length))}`;
}

/** The first of the longest runs of zero groups (RFC 5952 §4.2.3). */
function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (let i = 0; i <= groups.length; i++) {
    if (groups[i] === 0) continue;
    if (i - start > best.length) best = { start, length: i - start };
    start = i + 1;
  }
  return best;
}

/** 32 bits of `a.b.c.d`; undefined for octal, hexadecimal, short and overflowing forms. */
function parseDottedQuad(text: string): number | undefined {
  let bits = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e && octet >= 0) {
      bits = (bits << 8) | octet;
      octet = -1;
      dots++;
    } else if (code >= 0x30 && code <= 0x39 && octet !== 0) {
      octet = octet < 0 ? code - 0x30 : octet * 10 + (code - 0x30);
      if (octet > 255) return undefined;
    } else {
      return undefined; // `octet === 0` and another digit: a leading zero, which inet_aton reads as octal
    }
  }
  return dots === 3 && octet >= 0 ? ((bits << 8) | octet) >>> 0 : undefined;
}

function parseIpv6Words(text: string): Ipv6Words | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0]!, halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1]!, true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  // `::` stands for at least one group of zeros; without it all eight must be there.
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array<number>(missing).fill(0), ...tail];
  const word = (i: number): number => ((groups[2 * i]! << 16) | groups[2 * i + 1]!) >>> 0;
  return [word(0), word(1), word(2), word(3)];
}

/** The 16-bit groups of one side of `::`; a dotted quad may stand for the last two where the text ends. */
function parseGroups(text: string, endsAddress: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (HEX_GROUP.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const quad = endsAddress && i === parts.length - 1 ? parseDottedQuad(part) : undefined;
    if (quad === undefined) return undefined;
    groups.push(quad >>> 16, quad & 0xffff);
  }
  return groups;
}
