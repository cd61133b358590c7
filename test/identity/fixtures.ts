import type { Cidr, IpAddress } from '../../src/core/address.ts';
import type { AgentDeclaration, IdentifyEntry } from '../../src/core/agent.ts';
import { CountrySet } from '../../src/core/place/country-set.ts';
import type { AgentId, TokenId } from '../../src/core/ids.ts';
import type { AgentToken, Random, TokenStore } from '../../src/core/ports.ts';
import { fail, ok } from '../../src/core/result.ts';
import { parseCidr } from '../../src/wire/address/cidr.ts';
import { parseIpAddress } from '../../src/wire/address/ip-address.ts';

export function ip(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (!parsed.ok) throw new Error(parsed.failure);
  return parsed.value;
}

export function cidr(text: string): Cidr {
  const parsed = parseCidr(text);
  if (!parsed.ok) throw new Error(parsed.failure);
  return parsed.value;
}

export function agent(id: string, ...identify: IdentifyEntry[]): AgentDeclaration {
  const home = { any: true, countries: CountrySet.EMPTY, label: 'any' };
  return { attributes: { agent: id as AgentId, home, mode: 'enforce' }, owners: [], identify };
}

/** Different bytes at every call, the same in every run. */
export class CountingRandom implements Random {
  #calls = 0;

  bytes(length: number): Uint8Array {
    this.#calls += 1;
    return Uint8Array.from({ length }, (_, i) => (this.#calls * 31 + i * 7) & 0xff);
  }
}

/** The port in memory, with a count of look-ups, a switch to fail, and a gate that holds look-ups back. */
export class MemoryTokenStore implements TokenStore {
  readonly #tokens = new Map<TokenId, { readonly token: AgentToken; readonly secretHash: Uint8Array }>();
  finds = 0;
  isDown = false;
  gate: Promise<void> = Promise.resolve();

  async insert(token: AgentToken, secretHash: Uint8Array) {
    this.#tokens.set(token.id, { token, secretHash });
    return ok(undefined);
  }

  async find(id: TokenId) {
    this.finds += 1;
    const found = this.#tokens.get(id);
    await this.gate;
    return this.isDown ? fail({ code: 'store_unavailable' as const, detail: 'down' }) : ok(found);
  }

  async list() {
    return ok([...this.#tokens.values()].map(({ token }) => token));
  }

  page(): never {
    throw new Error('Nobody who identifies asks for pages');
  }

  async revoke(id: TokenId, at: number) {
    const found = this.#tokens.get(id);
    if (found !== undefined) this.#tokens.set(id, { ...found, token: { ...found.token, revokedAt: at } });
    return ok(found !== undefined);
  }
}
