import type { Host, IpAddress, AddressClass } from '../address.ts';
import type { Place } from './place.ts';

/** Strongest first (design §5). */
export const EVIDENCE_KINDS = ['attestation', 'endpoint-name', 'cloud-range', 'anycast', 'geoip'] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** The three places of a destination that residency asks for (contract §4.1.4). */
export const FACETS = ['entry', 'processing', 'storage'] as const;
export type Facet = (typeof FACETS)[number];

/** One statement about where a destination is. All of them are kept on the record; a judgement lets one win per facet. */
export interface Evidence {
  readonly kind: EvidenceKind;
  /** What it states, per facet; a facet it says nothing about is absent. */
  readonly places: { readonly [F in Facet]?: Place };
  /** Who says so: `catalogue:openai`, `aws ip-ranges.json`, `dbip-country`, the attestation's basis. */
  readonly source: string;
  /** The day the source is of, `YYYY-MM-DD`; absent where the source has none. */
  readonly date?: string;
  /** The row that matched: a host pattern, a prefix. */
  readonly match?: string;
  /** The address it is about; absent where it is about the name. */
  readonly address?: string;
  /** The table is older than its limit; stale evidence proves nothing (invariant 7). */
  readonly stale?: true;
}

/** What the catalogue says about a host name, after its path and content conditions were applied as far as they are known. */
export interface NameFacts {
  readonly evidence: Evidence;
  /** The provider documents that this regional name is entered at addresses of any place. */
  readonly servedFromAnywhere: boolean;
  /** The service handles content elsewhere than it is entered: facets without evidence are unknown (contract §4.1.4). */
  readonly processesElsewhere: boolean;
  /**
   * The place depends on the path or on content that is not known yet; the request must be inspected
   * (contract §4.1.5). `content` names the JSON members to read.
   */
  readonly dependsOn?: { readonly path: boolean; readonly content: readonly string[] };
}

/** What the tables say about one address. */
export interface AddressFacts {
  readonly address: IpAddress;
  readonly class: AddressClass;
  /** The gateway itself listens there (any port counts when the address is one of its own and the port matches). */
  readonly self: boolean;
  /** Strongest first; empty when no table knows the address. */
  readonly evidence: readonly Evidence[];
  /** GeoIP proves `inside` only when two independent databases agree or `geo.trust` is `single`. */
  readonly geoipProvesInside: boolean;
}

/** Everything that is known about a destination before policy speaks. Collected by `destination`, judged by `policy`. */
export interface DestinationFacts {
  readonly host: Host;
  readonly port: number;
  /** Absent when the catalogue has no row for the name, or the host is an address. */
  readonly name?: NameFacts | undefined;
  /** Absent until the name was looked up; never empty. */
  readonly addresses?: readonly AddressFacts[];
  /** CNAME chain of the look-up, evidence for the record only. */
  readonly chain?: readonly string[];
}
