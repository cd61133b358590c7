import type { Lab } from '../../support/lab.ts';
import type { RawResponse } from '../../support/raw-client.ts';
import { openTunnel } from '../../support/tunnel-client.ts';

const NETWORK = '127.0.98';
const ADDRESSES = 254;
let clients = 0;

/**
 * A source address that nobody else has lately had: the records of one case are found by it, and none is folded away. They come
 * round again only where several files run one after another, each with gateways of its own.
 */
export function nextClient(): string {
  clients = (clients % ADDRESSES) + 1;
  return `${NETWORK}.${clients}`;
}

/** The two ways to name a host to a proxy. */
export type Way = 'absolute-form' | 'CONNECT';
export const WAYS: readonly Way[] = ['absolute-form', 'CONNECT'];

/** Asks for `authority`, which goes out byte for byte (latin-1), in one of the two ways; returns the first answer. */
export async function attempt(lab: Lab, way: Way, authority: string, from = nextClient()): Promise<RawResponse> {
  if (way === 'CONNECT') {
    await using tunnel = await openTunnel(lab.gateway.proxy, authority, { from });
    return tunnel.answer;
  }
  await using client = await lab.connect(from);
  client.send(`GET http://${authority}/ HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  return await client.response();
}
