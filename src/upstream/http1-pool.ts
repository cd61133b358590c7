import type { Socket } from 'node:net';
import type { URL } from 'node:url';
import { Client, Pool, type buildConnector, type Dispatcher } from 'undici';
import type { Failure } from '../core/codes.ts';
import type { Result } from '../core/result.ts';
import type { Milliseconds } from '../core/units.ts';
import { UpstreamError } from './failures.ts';
import type { DialledConnection, SendingHandler } from './sending.ts';

export interface Http1Limits {
  readonly headersTimeout: Milliseconds;
  /** Longest silence inside a response; 0 never. Streams may be silent for long. */
  readonly bodyTimeout: Milliseconds;
  readonly keepAlive: Milliseconds;
  readonly connections: number;
}

/** A connection that HTTP can be spoken over; TLS, if any, is up. */
export interface Connected<S extends Socket = Socket> {
  readonly socket: S;
  readonly dialled: string;
}

/** @param onDialled told the address as soon as a connection to it stands, whatever becomes of it */
export type Connect = (onDialled: (address: string) => void) => Promise<Result<Connected, Failure>>;

/** Connections over HTTP/1.1, each for one request at a time. */
export function openHttp1Pool(origin: string, connect: Connect, limits: Http1Limits): Pool {
  return new Pool(origin, {
    factory: (url, options) => new PinnedClient(url, options, connect),
    allowH2: false,
    pipelining: 1,
    connections: limits.connections,
    keepAliveTimeout: limits.keepAlive,
    keepAliveMaxTimeout: limits.keepAlive,
    headersTimeout: limits.headersTimeout,
    bodyTimeout: limits.bodyTimeout,
    strictContentLength: true,
  });
}

/** One connection at a time, which knows the address it leads to. */
class PinnedClient extends Client implements DialledConnection {
  readonly isShared = false;
  dialled: string | undefined;

  constructor(origin: URL, options: Client.Options, connect: Connect) {
    super(origin, {
      ...options,
      connect: connectorOf(connect, (address) => {
        this.dialled = address;
      }),
    });
  }

  override dispatch(
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler & Partial<SendingHandler>,
  ): boolean {
    handler.onConnection?.(this);
    return super.dispatch(options, handler);
  }
}

function connectorOf(connect: Connect, onDialled: (address: string) => void): buildConnector.connector {
  return (_options, report) => {
    void connect(onDialled).then((result) => {
      if (result.ok) report(null, result.value.socket);
      else report(new UpstreamError(result.failure), null);
    });
  };
}
