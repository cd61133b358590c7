import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Fields that a proxy in between adds: the peer is then not the visitor. */
const FORWARDING_FIELDS = ['forwarded', 'via', 'x-real-ip', 'true-client-ip', 'cf-connecting-ip'] as const;

/** Host and optional port of a Host field; undefined when it is not well-formed. */
const HOST_FIELD = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,253}))(?::\d{1,5})?$/;

/** The host that a request names, in lower case and without brackets; undefined when it names none, or more than one. */
export function namedHost(request: IncomingMessage): string | undefined {
  const named = request.headersDistinct['host'];
  const match = named?.length === 1 ? HOST_FIELD.exec(named[0] ?? '') : null;
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

/** Whether only this machine can be meant by a host name or address. */
export function isLoopbackHost(host: string): boolean {
  if (host === 'localhost') return true;
  const family = isIP(host);
  return family !== 0 && LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Whether a request comes from a program on this machine that means this machine: peer and Host are loopback and nothing
 * forwarded it (contract §7).
 */
export function isLocalVisit(request: IncomingMessage): boolean {
  const peer = request.socket.remoteAddress;
  const host = namedHost(request);
  if (peer === undefined || host === undefined) return false;
  return isLoopbackHost(peer) && isLoopbackHost(host) && !isForwarded(request);
}

function isForwarded(request: IncomingMessage): boolean {
  if (FORWARDING_FIELDS.some((name) => request.headers[name] !== undefined)) return true;
  return Object.keys(request.headers).some((name) => name.startsWith('x-forwarded-'));
}

/**
 * Whether a browser sent the request on behalf of another site (ADM-01). Programs send neither field; a browser cannot be
 * made to leave both out.
 *
 * @source Fetch Metadata Request Headers §2.2; RFC 6454 §7
 */
export function isCrossSite(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const { origin } = request.headers;
  return origin !== undefined && origin !== `http://${request.headers.host}` && origin !== `https://${request.headers.host}`;
}

/** Whether a browser was led to a page, by a link, an address, a redirect or a form (Fetch Metadata Request Headers §2.1, §2.3). */
export function isNavigation({ headers }: IncomingMessage): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}
