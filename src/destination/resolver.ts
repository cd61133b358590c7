import { readFileSync } from 'node:fs';
import type { Failure } from '../core/codes.ts';
import type { IpAddress } from '../core/address.ts';
import type { Clock, Random, Resolution, Resolver } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Milliseconds } from '../core/units.ts';
import { parseHostName } from '../wire/name/host-name.ts';
import { parseIpAddress } from '../wire/address/ip-address.ts';
import { DnsCache } from './dns/dns-cache.ts';
import { lookUpFamily, type FamilyAnswer } from './dns/dns-lookup.ts';
import { outcomeOf } from './dns/dns-outcome.ts';
import { parseDnsServers, serversOfResolvConf, type DnsServer } from './dns/dns-servers.ts';

export interface ResolverOptions {
  /** Addresses of recursive resolvers in the order they are asked; `system` takes those of /etc/resolv.conf, read once. */
  readonly servers: readonly string[] | 'system';
  /** Names that are never asked for, with their addresses. */
  readonly hosts: Readonly<Record<string, readonly string[]>>;
  /** Of a whole look-up, whatever it takes. */
  readonly timeout: Milliseconds;
  readonly clock: Clock;
  readonly random: Random;
  /** More addresses fail the name; 64 unless given. */
  readonly maxAddresses?: number;
  /** Names whose answers are kept; 10,000 unless given. */
  readonly cacheSize?: number;
}

/** Counts since the start. */
export interface ResolverStats {
  readonly cached: number;
  readonly underWay: number;
  readonly hits: number;
  readonly misses: number;
  /** Questions sent, repetitions included. */
  readonly queries: number;
}

export interface CachingResolver extends Resolver {
  /** Forgets every answer; a look-up that is under way ends for those who wait, and is not kept. */
  flush(): void;
  stats(): ResolverStats;
}

const RESOLV_CONF = '/etc/resolv.conf';
const MAX_ADDRESSES = 64;
const CACHE_SIZE = 10_000;
/** Different names that are looked up at once; each may hold two sockets. */
const MAX_UNDER_WAY = 256;
/** How long an answer of `hosts` is good for; the setting itself is read at start. */
const HOSTS_LIFE: Milliseconds = 300_000;
/** Of the timeout: how long the slower family may still answer once the other one has addresses (cf. RFC 8305 §3). */
const GRACE = 1 / 5;

/**
 * A resolver with its own DNS client: it asks the servers it was given, for A and AAAA only, and never the system's
 * resolver. The failure says which setting is wrong.
 */
export function createResolver(options: ResolverOptions): Result<CachingResolver, string> {
  const servers = options.servers === 'system' ? systemServers() : parseDnsServers(options.servers);
  if (!servers.ok) return servers;
  const hosts = parseHosts(options.hosts, options.maxAddresses ?? MAX_ADDRESSES);
  if (!hosts.ok) return hosts;
  return ok(new DnsResolver(options, servers.value, hosts.value));
}

type Flights = Map<string, Promise<Result<Resolution, Failure>>>;

class DnsResolver implements CachingResolver {
  readonly #options: ResolverOptions;
  readonly #servers: readonly DnsServer[];
  readonly #hosts: ReadonlyMap<string, readonly IpAddress[]>;
  readonly #cache: DnsCache;
  /** One look-up per name, shared by all who ask meanwhile. */
  #underWay: Flights = new Map();
  #running = 0;
  #hits = 0;
  #misses = 0;
  #queries = 0;

  constructor(options: ResolverOptions, servers: readonly DnsServer[], hosts: ReadonlyMap<string, readonly IpAddress[]>) {
    this.#options = options;
    this.#servers = servers;
    this.#hosts = hosts;
    this.#cache = new DnsCache(options.cacheSize ?? CACHE_SIZE, options.clock);
  }

  async resolve(name: string): Promise<Result<Resolution, Failure>> {
    const parsed = parseHostName(name);
    if (!parsed.ok) return fail({ code: 'dns_failed', detail: parsed.failure });
    const key = parsed.value;
    return this.#recall(key) ?? this.#underWay.get(key) ?? this.#begin(key);
  }

  recall(name: string): Resolution | undefined {
    const answer = this.#recall(name);
    return answer?.ok === true ? answer.value : undefined;
  }

  #recall(name: string): Result<Resolution, Failure> | undefined {
    const cached = this.#cache.get(name);
    if (cached !== undefined) {
      this.#hits += 1;
      return cached;
    }
    const declared = this.#hosts.get(name);
    return declared && this.#cache.put(name, ok({ addresses: declared, chain: [] }), HOSTS_LIFE);
  }

  flush(): void {
    this.#cache.clear();
    this.#underWay = new Map();
  }

  stats(): ResolverStats {
    return {
      cached: this.#cache.size,
      underWay: this.#running,
      hits: this.#hits,
      misses: this.#misses,
      queries: this.#queries,
    };
  }

  #begin(name: string): Promise<Result<Resolution, Failure>> {
    if (this.#running >= MAX_UNDER_WAY) {
      return Promise.resolve(fail({ code: 'dns_failed', detail: `${name}: ${MAX_UNDER_WAY} look-ups are under way` }));
    }
    this.#misses += 1;
    const flight = this.#fly(name, this.#underWay);
    this.#underWay.set(name, flight);
    return flight;
  }

  async #fly(name: string, flights: Flights): Promise<Result<Resolution, Failure>> {
    this.#running += 1;
    try {
      const { outcome, life } = await this.#lookUp(name);
      // After a flush the answer still serves those who asked before, but nobody later.
      return flights === this.#underWay ? this.#cache.put(name, outcome, life) : this.#cache.stamp(outcome, life);
    } finally {
      this.#running -= 1;
      flights.delete(name);
    }
  }

  async #lookUp(name: string): Promise<ReturnType<typeof outcomeOf>> {
    const { random, timeout } = this.#options;
    const controller = new AbortController();
    const deadline = setTimeout(() => controller.abort(), timeout);
    let grace: NodeJS.Timeout | undefined;
    const onQuery = (): void => void (this.#queries += 1);
    const context = { servers: this.#servers, random, timeout, signal: controller.signal, onQuery };
    const family = async (type: 'A' | 'AAAA'): Promise<FamilyAnswer> => {
      const answer = await lookUpFamily(name, type, context);
      if (answer.kind === 'addresses') grace ??= setTimeout(() => controller.abort(), timeout * GRACE);
      return answer;
    };
    try {
      const families = await Promise.all([family('A'), family('AAAA')]);
      return outcomeOf(name, families, this.#options.maxAddresses ?? MAX_ADDRESSES);
    } finally {
      clearTimeout(deadline);
      clearTimeout(grace);
    }
  }
}

function systemServers(): Result<readonly DnsServer[], string> {
  try {
    return serversOfResolvConf(readFileSync(RESOLV_CONF, 'utf8'));
  } catch (error) {
    return fail(`${RESOLV_CONF} cannot be read (${(error as Error).message}); name servers in resolver.servers`);
  }
}

function parseHosts(
  hosts: Readonly<Record<string, readonly string[]>>,
  maxAddresses: number,
): Result<ReadonlyMap<string, readonly IpAddress[]>, string> {
  const parsed = new Map<string, readonly IpAddress[]>();
  for (const [text, addressTexts] of Object.entries(hosts)) {
    const name = parseHostName(text);
    if (!name.ok) return fail(`resolver.hosts: ${name.failure}`);
    if (parsed.has(name.value)) return fail(`resolver.hosts: "${name.value}" is written twice`);
    if (addressTexts.length === 0 || addressTexts.length > maxAddresses) {
      return fail(`resolver.hosts.${text}: found ${addressTexts.length} addresses, expected 1 to ${maxAddresses}`);
    }
    const addresses = new Map<string, IpAddress>();
    for (const addressText of addressTexts) {
      const address = parseIpAddress(addressText);
      if (!address.ok) return fail(`resolver.hosts.${text}: ${address.failure}`);
      addresses.set(address.value.text, address.value);
    }
    parsed.set(name.value, [...addresses.values()]);
  }
  return ok(parsed);
}
