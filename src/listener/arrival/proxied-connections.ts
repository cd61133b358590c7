import { createServer, type Server, type Socket } from 'node:net';
import type { Cidr } from '../../core/address.ts';
import type { Milliseconds } from '../../core/units.ts';
import { cidrContains } from '../../wire/address/cidr.ts';
import { parseIpAddress } from '../../wire/address/ip-address.ts';
import { readProxyHeader, type ProxyHeader } from '../../wire/proxy-header.ts';
import { clientOf, noteClient } from './client-of.ts';

export interface ProxiedConnections {
  /** Load balancers: their connections begin with a PROXY header, and nobody else's do. */
  readonly from: readonly Cidr[];
  /** Until the header is complete. */
  readonly timeout: Milliseconds;
  /** Gets a connection whose client is known, with all that it sent behind the header. */
  readonly admit: (socket: Socket) => void;
  /** Told why the connection of a balancer, or what claims to be one, is cut. */
  readonly refuse: (socket: Socket, problem: string) => void;
}

/** A server in front of one that speaks HTTP: it takes what load balancers say of their clients off each connection. */
export function openProxiedServer(options: ProxiedConnections): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const balancer = parseIpAddress(clientOf(socket).address);
    const isTrusted = balancer.ok && options.from.some((cidr) => cidrContains(cidr, balancer.value));
    if (isTrusted) awaitHeader(socket, options);
    else options.admit(socket);
  });
}

function awaitHeader(socket: Socket, { timeout, admit, refuse }: ProxiedConnections): void {
  let seen: Buffer = Buffer.alloc(0);
  const end = (act: () => void): void => {
    clearTimeout(timer);
    for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener);
    act();
  };
  const cut = (problem: string): void =>
    end(() => {
      refuse(socket, problem);
      socket.destroy();
    });
  const onHeader = (header: Extract<ProxyHeader, { kind: 'header' }>): void =>
    end(() => {
      const { source } = header;
      if (source !== undefined) noteClient(socket, { address: source.address.text, port: source.port });
      if (header.length < seen.length) socket.unshift(seen.subarray(header.length));
      admit(socket);
    });
  const listeners = {
    readable: (): void => {
      for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) {
        seen = Buffer.concat([seen, chunk]);
      }
      const header = readProxyHeader(seen);
      if (header.kind === 'header') onHeader(header);
      else if (header.kind === 'invalid') cut(header.problem);
    },
    end: (): void => cut('The connection ended within its PROXY header'),
    error: (): void => cut('The connection was lost within its PROXY header'),
  };
  const timer = setTimeout(() => cut('The PROXY header did not arrive in time'), timeout);
  for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener);
}
