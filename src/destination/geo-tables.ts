import type { IpAddress } from '../core/address.ts';
import { BoundedMap } from '../core/bounded-map.ts';
import type { AddressFacts, NameFacts } from '../core/place/evidence.ts';
import type { Clock } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { Instant, Milliseconds } from '../core/units.ts';
import { buildIntervalTable } from '../wire/address/interval-table.ts';
import type { EndpointCatalogue } from './endpoint-catalogue.ts';
import type { Jurisdiction } from '../core/place/jurisdiction.ts';
import { rangeTable } from './range-table.ts';
import { selfAddresses, type IsSelf, type ListeningAddress } from './self-addresses.ts';
import { collectEvidence, type AddressSources, type CollectedEvidence, type Override } from './tables/address-evidence.ts';
import type { GeoipTrust } from './tables/geoip/geoip-set.ts';
import { loadSources, type LoadedSources } from './tables/load-sources.ts';
import { nextAging, statusOf } from './tables/status-of.ts';
import { isStale, type TableStatus } from './tables/table-status.ts';

/** Everything the gateway knows about where names and addresses are. Immutable: an update loads new tables beside it. */
export interface GeoTables {
  /** What the catalogue says about a canonical name; see `EndpointCatalogue.nameFacts`. */
  collectName(host: string, path: string | undefined, content: unknown): NameFacts | undefined;
  /** What the tables say about an address, as of now; the port decides only whether the gateway itself is meant. */
  collectAddress(address: IpAddress, port: number): AddressFacts;
  /** What the policy is compiled against; has the form of `WorldData` in `policy/model.ts`. */
  readonly world: World;
  /** Every table as of now, the missing ones included. */
  status(): readonly TableStatus[];
  /** Stands for the content of all tables; for keys of caches. */
  readonly version: string;
}

export interface World {
  readonly jurisdictions: ReadonlyMap<string, Jurisdiction>;
  /** `provider:region` → country code. */
  readonly regions: ReadonlyMap<string, string>;
}

export interface GeoTablesOptions {
  /** The shipped data: `geoip-data`. */
  readonly directory: string;
  /** The state directory; updates lie in its folder `geo`. */
  readonly dataDirectory?: string;
  /** `geo.databases`: files, relative to `directory`. */
  readonly databases: readonly string[];
  readonly overrides: readonly Override[];
  readonly trust: GeoipTrust;
  readonly maxAge: { readonly ranges: Milliseconds; readonly geoip: Milliseconds };
  readonly clock: Clock;
  /** The gateway's own listeners, asked at every use. */
  readonly selfAddresses: () => readonly ListeningAddress[];
}

/** Own data of this release that cannot be read: the gateway cannot start with it. */
export interface BrokenTable {
  readonly table: string;
  readonly detail: string;
}

/** Addresses whose evidence is kept; an agent that asks for more pays with its own time. */
const CACHE_SIZE = 8192;

/**
 * Loads all tables. What this release ships must be whole, else the answer is a failure; a range list or database that is missing,
 * cut, altered or too old is reported by `status()` and proves nothing, so that places which rest on it are unknown.
 */
export async function loadGeoTables(options: GeoTablesOptions): Promise<Result<GeoTables, readonly BrokenTable[]>> {
  const loaded = await loadSources(options);
  return loaded.ok ? ok(geoTables(loaded.value, options)) : fail(loaded.failure);
}

function geoTables(loaded: LoadedSources, options: GeoTablesOptions): GeoTables {
  const { clock } = options;
  const evidence = addressCache(loaded, options);
  const isSelf: IsSelf = selfAddresses(options.selfAddresses);
  const catalogue: EndpointCatalogue = loaded.catalogue;
  return {
    collectName: (host, path, content) => catalogue.nameFacts(host, path, content),
    collectAddress: (address, port) => {
      const collected = evidence(address);
      return {
        address,
        class: collected.class,
        self: isSelf(address, port),
        evidence: collected.evidence,
        geoipProvesInside: collected.geoipProvesInside,
      };
    },
    world: { jurisdictions: loaded.jurisdictions, regions: loaded.regions.countries },
    status: () => statusOf(loaded, options.maxAge, clock.now()),
    version: loaded.version,
  };
}

/** Evidence by address, kept until the cache is full or a table passes its age limit. */
function addressCache(
  loaded: LoadedSources,
  { overrides, trust, maxAge, clock }: GeoTablesOptions,
): (address: IpAddress) => CollectedEvidence {
  const statements = buildIntervalTable(overrides.map((override) => ({ cidr: override.cidr, value: override })));
  const ranges = rangeTable(loaded.ranges);
  const sourcesAt = (now: Instant): AddressSources => ({
    overrides: statements,
    regions: loaded.regions,
    ranges,
    rangeFiles: loaded.rangeFiles.map(({ name, date, at }) => ({ name, date, stale: isStale(now - at, maxAge.ranges) })),
    anycast: loaded.anycast,
    databases: loaded.databases.map(({ database, date }) => ({
      database,
      date,
      stale: isStale(now - database.builtAt, maxAge.geoip),
    })),
    trust,
  });

  const known = new BoundedMap<string, CollectedEvidence>(CACHE_SIZE);
  let sources = sourcesAt(clock.now());
  let validFrom = clock.now();
  let validUntil = nextAging(loaded, maxAge, validFrom);
  return (address) => {
    const now = clock.now();
    // A clock that was set back can make a table believable again, so both ends are watched.
    if (now >= validUntil || now < validFrom) {
      sources = sourcesAt(now);
      validFrom = now;
      validUntil = nextAging(loaded, maxAge, now);
      known.clear();
    }
    const cached = known.get(address.text);
    if (cached !== undefined) return cached;
    const collected = collectEvidence(sources, address);
    known.set(address.text, collected);
    return collected;
  };
}
