import type { IpAddress } from '../core/address.ts';
import { addressFromBytes, parseIpAddress } from './address/ip-address.ts';

interface Source {
  readonly address: IpAddress;
  readonly port: number;
}

/** Where a connection came from before a load balancer took it (HAProxy PROXY protocol, versions 1 and 2). */
export type ProxyHeader =
  /** More bytes are needed. */
  | { readonly kind: 'incomplete' }
  | {
      readonly kind: 'header';
      /** Bytes of the header: what follows is the connection itself. */
      readonly length: number;
      /** Absent where the balancer speaks for itself, as in its health checks. */
      readonly source?: Source;
    }
  /** It is no such header; a sentence says why. */
  | { readonly kind: 'invalid'; readonly problem: string };

const SIGNATURE_2 = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a);
const SIGNATURE_1 = Uint8Array.from('PROXY ', (letter) => letter.charCodeAt(0));
/** The longest line of version 1, its end included. */
const MAX_LINE = 107;
const HEAD_2 = 16;
/** Addresses take 36 bytes at most; what balancers add to them are a few short texts. */
const MAX_REST_2 = 4096;

const INCOMPLETE: ProxyHeader = { kind: 'incomplete' };

/**
 * Reads the header that a connection begins with.
 *
 * @param bytes the connection so far, from its first byte
 * @source https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt
 */
export function readProxyHeader(bytes: Uint8Array): ProxyHeader {
  if (beginsLike(bytes, SIGNATURE_2)) return bytes.length < HEAD_2 ? INCOMPLETE : readVersion2(bytes);
  if (beginsLike(bytes, SIGNATURE_1)) return readVersion1(bytes);
  return invalid('Found no PROXY protocol header, expected one from this address');
}

/** Whether the bytes are a beginning of the signature, or begin with it. */
function beginsLike(bytes: Uint8Array, signature: Uint8Array): boolean {
  const common = Math.min(bytes.length, signature.length);
  for (let i = 0; i < common; i++) if (bytes[i] !== signature[i]) return false;
  return true;
}

function readVersion1(bytes: Uint8Array): ProxyHeader {
  const end = bytes.indexOf(0x0a);
  if (end < 0) return bytes.length < MAX_LINE ? INCOMPLETE : invalid(`Found a line of more than ${MAX_LINE} bytes`);
  if (end >= MAX_LINE || bytes[end - 1] !== 0x0d) return invalid('Found a PROXY line that does not end with CR LF in time');
  const words = ascii(bytes.subarray(SIGNATURE_1.length, end - 1)).split(' ');
  if (words[0] === 'UNKNOWN') return { kind: 'header', length: end + 1 };
  const source = sourceOf(words);
  if (source !== undefined) return { kind: 'header', length: end + 1, source };
  return invalid('Found another PROXY line, expected TCP4 or TCP6 with two addresses of it and two ports, or UNKNOWN');
}

function sourceOf([protocol = '', ...words]: readonly string[]): Source | undefined {
  const family = FAMILIES_1[protocol];
  const [source, destination, ...ports] = words;
  const [port, destinationPort] = ports.map(portOf);
  const address = parseIpAddress(source ?? '');
  if (family === undefined || ports.length !== 2 || port === undefined || destinationPort === undefined) return undefined;
  if (!address.ok || !parseIpAddress(destination ?? '').ok) return undefined;
  return family === 6 || address.value.family === family ? { address: address.value, port } : undefined;
}

/** IPv4-mapped addresses of TCP6 are the IPv4 addresses that they stand for. */
const FAMILIES_1: Readonly<Record<string, 4 | 6>> = { TCP4: 4, TCP6: 6 };

function portOf(text: string): number | undefined {
  const port = /^(?:0|[1-9]\d{0,4})$/.test(text) ? Number(text) : Infinity;
  return port <= 0xffff ? port : undefined;
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** By address family and protocol of the header: bytes of one address. Datagrams and Unix sockets reach no proxy. */
const ADDRESS_LENGTHS_2: Readonly<Record<number, 4 | 16>> = { 0x11: 4, 0x21: 16 };
const UNSPECIFIED = 0x00;

function readVersion2(bytes: Uint8Array): ProxyHeader {
  const [versionAndCommand = 0, familyAndProtocol = 0, high = 0, low = 0] = bytes.subarray(12, HEAD_2);
  const rest = high * 256 + low;
  if (versionAndCommand >>> 4 !== 2)
    return invalid(`Found version ${versionAndCommand >>> 4} of the PROXY protocol, expected 2`);
  const command = versionAndCommand & 0x0f;
  if (command > 1) return invalid(`Found command ${command} of the PROXY protocol, expected LOCAL or PROXY`);
  if (rest > MAX_REST_2)
    return invalid(`Found a PROXY header of ${HEAD_2 + rest} bytes, expected at most ${HEAD_2 + MAX_REST_2}`);
  const length = HEAD_2 + rest;
  if (bytes.length < length) return INCOMPLETE;
  if (command === 0 || familyAndProtocol === UNSPECIFIED) return { kind: 'header', length };
  const size = ADDRESS_LENGTHS_2[familyAndProtocol];
  if (size === undefined) return invalid('Found a PROXY header of another family, expected TCP over IPv4 or IPv6');
  if (rest < 2 * size + 4) return invalid(`Found ${rest} bytes of addresses and ports, expected ${2 * size + 4}`);
  const address = addressFromBytes(bytes.subarray(HEAD_2, HEAD_2 + size))!;
  const at = HEAD_2 + 2 * size;
  return { kind: 'header', length, source: { address, port: bytes[at]! * 256 + bytes[at + 1]! } };
}

function invalid(problem: string): ProxyHeader {
  return { kind: 'invalid', problem };
}
