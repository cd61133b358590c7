import type { Cidr, IpAddress } from '../../core/address.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { formatIpv6Words, ipv4, ipv6, parseIpAddress } from './ip-address.ts';
import { quote } from '../quote.ts';

const PREFIX_LENGTH = /^(?:0|[1-9]\d{0,2})$/;
const BITS = { 4: 32, 6: 128 } as const;

/** First and last address of a block as unsigned 32-bit words, most significant first: one word for IPv4, four for IPv6. */
export interface CidrBounds {
  readonly first: readonly number[];
  readonly last: readonly number[];
}

/**
 * Reads `address/length`, or an address alone, which is the block of that one host. Refuses host bits: `10.0.0.5/8` is
 * either a mistake in the address or in the length, and only its author knows which.
 *
 * @source RFC 4632 §3.1, RFC 4291 §2.3
 */
export function parseCidr(text: string): Result<Cidr, string> {
  const slash = text.indexOf('/');
  const address = parseIpAddress(slash < 0 ? text : text.slice(0, slash));
  if (!address.ok) return address;
  const width = BITS[address.value.family];
  if (slash < 0) return ok(cidrOf(address.value, width));

  const digits = text.slice(slash + 1);
  const mapped = address.value.family === 4 && text.includes(':');
  const limit = mapped ? 128 : width;
  if (!PREFIX_LENGTH.test(digits) || Number(digits) > limit) {
    return fail(`Found prefix length ${quote(digits)}, expected 0 to ${limit} without a leading zero`);
  }
  if (mapped) return refuseMapped(text, address.value, Number(digits));
  const cidr = cidrOf(address.value, Number(digits));
  if (cidr.address.text !== address.value.text) {
    return fail(
      `Found ${quote(text)}, which has host bits set; expected ${cidr.text}, or the host alone as ${address.value.text}`,
    );
  }
  return ok(cidr);
}

/** The block of this length that the address is in; bits below the length are cleared. */
export function cidrOf(address: IpAddress, prefixLength: number): Cidr {
  if (address.family === 4) {
    const network = ipv4(address.bits & mask(prefixLength, 0));
    return { address: network, prefixLength, text: `${network.text}/${prefixLength}` };
  }
  const [a, b, c, d] = address.bits;
  const network = ipv6([
    a & mask(prefixLength, 0),
    b & mask(prefixLength, 1),
    c & mask(prefixLength, 2),
    d & mask(prefixLength, 3),
  ]);
  return { address: network, prefixLength, text: `${network.text}/${prefixLength}` };
}

/** Whether the address is in the block. An IPv4 address is in no IPv6 block, not even in `::/0`. */
export function cidrContains(cidr: Cidr, address: IpAddress): boolean {
  const network = cidr.address;
  if (network.family === 4) {
    return address.family === 4 && ((network.bits ^ address.bits) & mask(cidr.prefixLength, 0)) === 0;
  }
  if (address.family === 4) return false;
  for (let i = 0; i < 4; i++) {
    if (((network.bits[i]! ^ address.bits[i]!) & mask(cidr.prefixLength, i)) !== 0) return false;
  }
  return true;
}

/** The bounds of a block as words, for tables and comparisons. */
export function cidrBounds(cidr: Cidr): CidrBounds {
  const first = cidr.address.family === 4 ? [cidr.address.bits] : cidr.address.bits;
  return { first, last: first.map((word, i) => (word | ~mask(cidr.prefixLength, i)) >>> 0) };
}

/** The bounds as text, for people. */
export function cidrBoundsText(cidr: Cidr): { readonly first: string; readonly last: string } {
  const { last } = cidrBounds(cidr);
  const [a, b, c, d] = last;
  // Not `ipv6()`: the last address of ::/80 is an IPv4-mapped one and has to keep its family here.
  const text = b === undefined ? ipv4(a!).text : formatIpv6Words([a!, b, c!, d!]);
  return { first: cidr.address.text, last: text };
}

/** The network bits of word `index` of an address. */
function mask(prefixLength: number, index: number): number {
  const bits = prefixLength - 32 * index;
  if (bits <= 0) return 0;
  return bits >= 32 ? -1 : -1 << (32 - bits);
}

function refuseMapped(text: string, address: IpAddress, length: number): Result<Cidr, string> {
  const expected = length >= 96 ? cidrOf(address, length - 96).text : 'an IPv4 block';
  return fail(`Found ${quote(text)}, a block of IPv4-mapped addresses, which are IPv4 here; expected ${expected}`);
}
