import type { Authority, Host } from '../../core/address.ts';
import { BoundedMap } from '../../core/bounded-map.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { endsInNumber, parseHostName } from './host-name.ts';
import { parseIpAddress } from '../address/ip-address.ts';
import { quote, withoutSecrets } from '../quote.ts';

const PORT = /^[1-9]\d{0,4}$/;

/**
 * Reads `host:port`; without a port the default one counts, where there is one. One spelling per host, no user information.
 *
 * @source RFC 9112 §3.2.3, RFC 3986 §3.2
 */
export function parseAuthority(text: string, defaultPort?: number): Result<Authority, string> {
  const remembered = REMEMBERED.get(defaultPort);
  const known = remembered?.get(text);
  if (known !== undefined) return known;
  const authority = readAuthority(text, defaultPort);
  if (authority.ok && remembered !== undefined && text.length <= MAX_REMEMBERED) remembered.set(ownCopy(text), authority);
  return authority;
}

/** Longest text worth remembering: a name of full length with its port. */
const MAX_REMEMBERED = 260;

/**
 * What was read lately, by default port: an agent asks the same few hosts again and again, and every request names its host
 * twice. Nothing here depends on who asks, and equal texts give the very same value.
 */
const REMEMBERED: ReadonlyMap<number | undefined, BoundedMap<string, Result<Authority, string>>> = new Map(
  [undefined, 80, 443].map((port) => [port, new BoundedMap(1024)]),
);

/** A part of a longer text would keep all of it alive. */
function ownCopy(text: string): string {
  return Array.from(text).join('');
}

function readAuthority(text: string, defaultPort: number | undefined): Result<Authority, string> {
  if (text.includes('@')) return fail(`Found user information in ${quote(withoutSecrets(text))}, expected host:port alone`);
  const colon = portColon(text);
  const host = parseHost(colon < 0 ? text : text.slice(0, colon));
  if (!host.ok) return host;
  if (colon < 0) {
    if (defaultPort === undefined) return fail(`Found ${quote(text)} without a port, expected host:port`);
    return ok({ host: host.value, port: defaultPort });
  }
  const port = parsePort(text.slice(colon + 1));
  return port.ok ? ok({ host: host.value, port: port.value }) : port;
}

/**
 * Reads a host as a URI writes it: a name, an IPv4 address as four decimal numbers, or an IPv6 address in brackets. Other
 * spellings of IPv4 (`127.1`, `0x7f.1`, `2130706433`, `0177.0.0.1`) are refused, never looked up as names.
 *
 * @source RFC 3986 §3.2.2
 */
export function parseHost(text: string): Result<Host, string> {
  if (text.startsWith('[')) return parseBracketed(text);
  if (text.includes(':')) return fail(`Found ${quote(text)}, expected IPv6 addresses in brackets, as in [2001:db8::1]`);
  if (endsInNumber(text.toLowerCase())) {
    const address = parseIpAddress(text);
    if (address.ok) return ok({ kind: 'address', address: address.value });
    return fail(`Found ${quote(text)}, expected an IPv4 address as four decimal numbers without leading zeros`);
  }
  const name = parseHostName(text);
  return name.ok ? ok({ kind: 'name', name: name.value }) : name;
}

function parseBracketed(text: string): Result<Host, string> {
  const inner = text.slice(1, -1);
  if (!text.endsWith(']') || !inner.includes(':')) {
    return fail(`Found ${quote(text)}, expected one IPv6 address in brackets`);
  }
  if (inner.includes('%')) return fail(`Found a zone id in ${quote(text)}, expected an IPv6 address without one`);
  const address = parseIpAddress(inner);
  return address.ok ? ok({ kind: 'address', address: address.value }) : address;
}

/** Where the port begins; -1 when there is none. Colons inside brackets belong to the address. */
function portColon(text: string): number {
  if (!text.startsWith('[')) {
    const colon = text.indexOf(':');
    // Several colons without brackets: no port can be told apart; parseHost explains it.
    return colon === text.lastIndexOf(':') ? colon : -1;
  }
  const colon = text.indexOf(']') + 1;
  return text[colon] === ':' ? colon : -1;
}

function parsePort(digits: string): Result<number, string> {
  const port = PORT.test(digits) ? Number(digits) : 0;
  if (port < 1 || port > 65_535) return fail(`Found port ${quote(digits)}, expected 1 to 65535`);
  return ok(port);
}
