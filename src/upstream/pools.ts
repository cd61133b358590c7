import { authorityText, hostText } from '../core/address.ts';
import { BoundedMap } from '../core/bounded-map.ts';
import type { Failure } from '../core/codes.ts';
import type { Permit } from '../core/exchange/permit.ts';
import { ok, type Result } from '../core/result.ts';
import type { Milliseconds } from '../core/units.ts';
import { dial } from './dial.ts';
import type { Connected, Http1Limits } from './http1-pool.ts';
import { OriginPool } from './origin-pool.ts';
import type { Parent } from './parent/parent.ts';
import { secure, type HttpVersion, type OriginTls, type SessionTicket } from './secure.ts';
import type { Sender } from './sending.ts';

export interface PoolLimits extends Http1Limits {
  readonly connectTimeout: Milliseconds;
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

const VERSIONS: Readonly<Record<Permit['scheme'], readonly HttpVersion[]>> = {
  http: ['http/1.1'],
  https: ['h2', 'http/1.1'],
};

/**
 * Keep-alive connections to origins. A connection is reused only by exchanges that were judged the same way: the key holds
 * the generation of policy and tables, the subject, the origin, the exact address set (invariant 2) and what TLS rests on. So
 * a connection over HTTP/2 carries one name, whatever else its certificate is good for. TLS sessions belong to a pool, so they
 * are resumed no further.
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
  dispatcher(permit: Permit): Sender {
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

  #open(permit: Permit, key: string): OriginPool {
    const session: SessionTicket = { ticket: undefined };
    const pool = new OriginPool(
      {
        origin: originOf(permit),
        versions: VERSIONS[permit.scheme],
        connect: (versions, onDialled) => this.#connect(permit, { session, versions }, onDialled),
      },
      this.#limits,
      // A pool with no connection left is forgotten, so that the map holds only what is in use.
      () => {
        if (pool.isEmpty && this.#pools.get(key)?.pool === pool) this.#retire(key, pool);
      },
    );
    return pool;
  }

  async #connect(
    permit: Permit,
    offer: { readonly session: SessionTicket; readonly versions: readonly HttpVersion[] },
    onDialled: (address: string) => void,
  ): Promise<Result<Connected, Failure>> {
    const dialled = await dial(permit, this.#limits.connectTimeout, { parent: this.#parent });
    if (!dialled.ok) return dialled;
    const { socket, address } = dialled.value;
    onDialled(address);
    if (permit.scheme === 'http') return ok({ socket, dialled: address });
    const secured = await secure(permit, socket, { tls: this.#tls, timeout: this.#limits.connectTimeout, ...offer });
    return secured.ok ? ok({ socket: secured.value, dialled: address }) : secured;
  }

  #retire(key: string, pool: OriginPool): void {
    this.#pools.delete(key);
    void pool.close();
  }
}

interface PoolEntry {
  readonly pool: OriginPool;
  readonly generation: number;
}

function originOf(permit: Permit): string {
  return `${permit.scheme}://${hostText(permit.authority.host)}:${permit.authority.port}`;
}

function poolKey(permit: Permit): string {
  const addresses = permit.addresses.map((address) => address.text).join(',');
  const trust = permit.internal ? 'i' : 'p';
  return `${permit.generation} ${permit.subject} ${permit.scheme} ${authorityText(permit.authority)} ${addresses} ${trust} ${permit.tls?.key ?? ''}`;
}
