import type { Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { URL } from 'node:url';
import { Client, Pool, type buildConnector, type Dispatcher } from 'undici';
import { authorityText, hostText } from '../core/address.ts';
import { BoundedMap } from '../core/bounded-map.ts';
import type { Failure } from '../core/codes.ts';
import type { Permit } from '../core/exchange/permit.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Milliseconds } from '../core/units.ts';
import { dial } from './dial.ts';
import { UpstreamError } from './failures.ts';
import type { Parent } from './parent/parent.ts';

/** What `tls` knows about connections to origins; handed in, so that no stage imports another. */
export interface OriginTls {
  /** Always verifying. */
  options(permit: Permit): ConnectionOptions;
  toFailure(error: Error): Failure;
}

export interface PoolLimits {
  readonly connectTimeout: Milliseconds;
  readonly headersTimeout: Milliseconds;
  /** Longest silence inside a response; 0 never. Streams may be silent for long. */
  readonly bodyTimeout: Milliseconds;
  readonly keepAlive: Milliseconds;
  /** Connections per pool. */
  readonly connections: number;
  /** Pools at once; beyond it, one that was not used lately is retired. */
  readonly pools: number;
}

export const DEFAULT_POOL_LIMITS: PoolLimits = {
  connectTimeout: 10_000,
  headersTimeout: 300_000,
  bodyTimeout: 0,
  keepAlive: 30_000,
  connections: 256,
  pools: 2_000,
};

/** A response handler that wants to know which address its request went to. */
export interface DialObserver {
  onConnection(connection: DialledConnection): void;
}

/** Where a connection leads. */
export interface DialledConnection {
  /** The address that was judged and dialled; undefined until the connection stands. */
  readonly dialled: string | undefined;
}

/** One connection at a time, which knows the address it leads to. */
class PinnedClient extends Client implements DialledConnection {
  dialled: string | undefined;

  constructor(
    origin: URL,
    options: Client.Options,
    connector: (onDialled: (address: string | undefined) => void) => buildConnector.connector,
  ) {
    super(origin, {
      ...options,
      connect: connector((address) => {
        this.dialled = address;
      }),
    });
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler & Partial<DialObserver>): boolean {
    handler.onConnection?.(this);
    return super.dispatch(options, handler);
  }
}

/**
 * Keep-alive connections to origins. A connection is reused only by exchanges that were judged the same way: the key holds
 * the generation of policy and tables, the subject, the origin, the exact address set (invariant 2) and what TLS rests on. TLS
 * sessions belong to a pool, so they are resumed no further.
 */
export class UpstreamPools {
  readonly #pools: BoundedMap<string, PoolEntry>;
  readonly #tls: OriginTls;
  readonly #limits: PoolLimits;
  readonly #parent: Parent | undefined;

  constructor(tls: OriginTls, limits: PoolLimits, parent: Parent | undefined) {
    this.#tls = tls;
    this.#limits = limits;
    this.#parent = parent;
    this.#pools = new BoundedMap(limits.pools);
  }

  /** The dispatcher whose connections all lead to where `permit` allows, and nowhere else. */
  dispatcher(permit: Permit): Dispatcher {
    const key = poolKey(permit);
    const existing = this.#pools.get(key);
    if (existing !== undefined) return existing.pool;
    const pool = this.#open(permit, key);
    const evicted = this.#pools.set(key, { pool, generation: permit.generation });
    void evicted?.pool.close();
    return pool;
  }

  /** Lets pools of other generations finish what runs on them and close; nothing new reaches them. */
  retireExcept(generation: number): void {
    for (const [key, entry] of this.#pools) {
      if (entry.generation !== generation) this.#retire(key, entry.pool);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const entries = [...this.#pools];
    this.#pools.clear();
    await Promise.all(entries.map(([, { pool }]) => pool.destroy()));
  }

  #open(permit: Permit, key: string): Pool {
    const connector = this.#connector(permit, { ticket: undefined });
    const pool = new Pool(originOf(permit), {
      factory: (origin, options) => new PinnedClient(origin, options, connector),
      allowH2: false,
      pipelining: 1,
      connections: this.#limits.connections,
      keepAliveTimeout: this.#limits.keepAlive,
      keepAliveMaxTimeout: this.#limits.keepAlive,
      headersTimeout: this.#limits.headersTimeout,
      bodyTimeout: this.#limits.bodyTimeout,
      strictContentLength: true,
    });
    // A pool with no connection left is forgotten, so that the map holds only what is in use.
    pool.on('disconnect', () => {
      const isEmpty = pool.stats.connected === 0 && pool.stats.pending === 0;
      if (isEmpty && this.#pools.get(key)?.pool === pool) this.#retire(key, pool);
    });
    return pool;
  }

  #connector(
    permit: Permit,
    session: SessionTicket,
  ): (onDialled: (address: string | undefined) => void) => buildConnector.connector {
    return (onDialled) => (_options, report) => {
      const connected = this.#connect(permit, session, onDialled);
      void connected.then((result) => {
        if (result.ok) report(null, result.value);
        else report(new UpstreamError(result.failure), null);
      });
    };
  }

  async #connect(
    permit: Permit,
    session: SessionTicket,
    onDialled: (address: string | undefined) => void,
  ): Promise<Result<Socket, Failure>> {
    const dialled = await dial(permit, this.#limits.connectTimeout, { parent: this.#parent });
    if (!dialled.ok) return dialled;
    const { socket, address } = dialled.value;
    onDialled(address);
    return permit.scheme === 'http' ? ok(socket) : this.#secure(permit, socket, session);
  }

  #secure(permit: Permit, socket: Socket, session: SessionTicket): Promise<Result<Socket, Failure>> {
    const secure = connectTls({
      ...this.#tls.options(permit),
      socket,
      ...(session.ticket !== undefined && { session: session.ticket }),
    });
    secure.on('session', (ticket) => {
      session.ticket = ticket;
    });
    return whenSecure(secure, this.#limits.connectTimeout, this.#tls);
  }

  #retire(key: string, pool: Pool): void {
    this.#pools.delete(key);
    void pool.close();
  }
}

interface PoolEntry {
  readonly pool: Pool;
  readonly generation: number;
}

/** The last TLS session with an origin, so that the next connection of the pool need not prove the certificate anew. */
interface SessionTicket {
  ticket: Buffer | undefined;
}

function whenSecure(socket: TLSSocket, timeout: Milliseconds, tls: OriginTls): Promise<Result<Socket, Failure>> {
  return new Promise((resolve) => {
    const settle = (result: Result<Socket, Failure>): void => {
      clearTimeout(timer);
      socket.off('error', onError);
      socket.off('close', onClose);
      if (!result.ok) socket.destroy();
      resolve(result);
    };
    const onError = (error: Error): void => settle(fail(tls.toFailure(error)));
    const onClose = (): void => settle(fail({ code: 'connect_failed', detail: 'Closed during the TLS handshake' }));
    const timer = setTimeout(() => {
      settle(fail({ code: 'connect_timeout', detail: `No TLS handshake within ${timeout} ms` }));
    }, timeout);
    socket.once('error', onError);
    socket.once('close', onClose);
    socket.once('secureConnect', () => settle(ok(socket)));
  });
}

function originOf(permit: Permit): string {
  return `${permit.scheme}://${hostText(permit.authority.host)}:${permit.authority.port}`;
}

function poolKey(permit: Permit): string {
  const addresses = permit.addresses.map((address) => address.text).join(',');
  const trust = permit.internal ? 'i' : 'p';
  return `${permit.generation} ${permit.subject} ${permit.scheme} ${authorityText(permit.authority)} ${addresses} ${trust} ${permit.tls?.key ?? ''}`;
}
