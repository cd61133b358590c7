import type { Cidr } from '../core/address.ts';
import type { AgentDeclaration } from '../core/agent.ts';
import type { CountrySet } from '../core/place/country-set.ts';
import type { Jurisdiction } from '../core/place/jurisdiction.ts';
import type { ApprovalTerms, CredentialUses, Limit, Mask, OriginTlsStatement } from '../core/exchange/decision.ts';
import type { Injection } from '../core/exchange/injection.ts';
import type { Facet } from '../core/place/evidence.ts';
import type { AgentId, DestinationId, PolicyDigest, RuleId } from '../core/ids.ts';
import type { Place, PlaceSet } from '../core/place/place.ts';
import type { Bytes, Instant } from '../core/units.ts';
import type { OwnEntity } from '../masking/own/own-entity.ts';
import type { HostPattern } from '../wire/name/host-pattern.ts';

/** A policy ready to decide: frozen, with every reference resolved. Made by `compile.ts` only. */
export interface CompiledPolicy {
  readonly digest: PolicyDigest;
  readonly agents: readonly AgentDeclaration[];
  /** Sets of countries that the policy declares beside the built-in ones. */
  readonly jurisdictions: ReadonlyMap<string, CountrySet>;
  /** Declared and inline destinations; rules refer to them by position. */
  readonly destinations: readonly CompiledDestination[];
  readonly rules: readonly CompiledRule[];
  readonly credentials: readonly CompiledCredential[];
  /** Kinds of values that the policy declares beside the built-in ones. */
  readonly entities: readonly OwnEntity[];
}

/** Where something stands in the policy files, 1-based. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface CompiledDestination {
  /** The declared id, or `<rule>#<n>` for an inline destination. */
  readonly id: DestinationId;
  readonly position: Position;
  /** Absent: not restricted by name. A destination with neither hosts nor addresses is restricted by places alone. */
  readonly hosts?: readonly HostPattern[];
  /** Absent: not restricted by address. With `hosts` both must hold; alone it matches IP literals (and, for a deny or a hold, resolved addresses too). */
  readonly addresses?: readonly Cidr[];
  /** Never empty. */
  readonly ports: readonly number[];
  /** Inline destinations only. */
  readonly places?: PlaceSet;
  readonly except?: {
    readonly hosts: readonly HostPattern[];
    readonly addresses: readonly Cidr[];
    readonly places?: PlaceSet;
  };
  readonly attest?: Attestation;
  /** Lifts the private-range floor for exactly `addresses` (or the addresses `hosts` resolve to) and `ports`. */
  readonly internal?: { readonly place: Place };
  readonly addressesMode: 'all' | 'filter';
  /** `dpf` … */
  readonly frameworks: ReadonlySet<string>;
  /** Counts where a permit or hold leads through this destination. */
  readonly tls?: OriginTlsStatement;
}

export interface Attestation {
  readonly place: Place;
  readonly covers: readonly Facet[];
  readonly basis: string;
  readonly until: Instant;
}

export interface CompiledRule {
  readonly id: RuleId;
  readonly position: Position;
  /** Positions in `agents` of the policy that the rule covers; absent: all. */
  readonly agents?: ReadonlySet<AgentId>;
  /** Positions in `destinations`; `any` matches every target on every port, but opens no look-up. */
  readonly to: readonly number[] | 'any';
  /** Upper-case; absent: all. */
  readonly methods?: ReadonlySet<string>;
  readonly paths?: readonly PathPattern[];
  readonly content?: ContentCondition;
  /** Absent: the rule only adds obligations. */
  readonly effect?: 'permit' | 'hold' | 'deny';
  readonly transfer?: Transfer;
  readonly approval?: Approval;
  readonly masks: { readonly request: readonly Mask[]; readonly response: readonly Mask[] };
  readonly credential?: string;
  readonly limits: readonly Limit[];
  readonly recordContent: boolean;
  readonly inspect: boolean;
  readonly tunnel: { readonly protocol: 'tls' | 'any'; readonly sni: 'required' | 'optional' };
  readonly orUnknown: boolean;
  readonly agentCredentials: 'pass' | 'drop';
  readonly headers: {
    readonly set: Readonly<Record<string, string>>;
    /** Lower-case names that the request must carry for a permit to match. */
    readonly require: readonly string[];
    /** Lower-case names taken away before the request leaves. */
    readonly remove: readonly string[];
  };
  readonly length: 'spool' | 'chunked';
  readonly signed: 'deny' | 'pass';
  /** What images, archives and unknown media get where the rule states `content`, or masks content. */
  readonly opaque: 'deny' | 'hold' | 'pass';
}

/** A path glob: `*` is one segment or part of one, `**` any number of segments. Linear-time. */
export interface PathPattern {
  readonly text: string;
  matches(path: string): boolean;
}

/** Holds where the content of the request holds any of the entities. */
export interface ContentCondition {
  /** Single entities, sorted: groups are written out. */
  readonly entities: readonly string[];
  /** Media type globs; narrows permits and obligations only (contract §4.1.2). */
  readonly types?: readonly string[];
  /** How far content is read, decoded. */
  readonly max: Bytes;
}

export interface Transfer {
  readonly to: PlaceSet;
  readonly basis: 'adequacy' | 'dpf' | 'scc' | 'bcr' | 'derogation' | 'contract' | 'public-data';
  readonly reference?: string;
  readonly until?: Instant;
}

/** What a rule asks of people, before it is known to match. */
export type Approval = Omit<ApprovalTerms, 'kind' | 'rules'>;

export interface CompiledCredential {
  readonly id: string;
  readonly for: readonly DestinationId[];
  readonly injection: Injection;
  /** Upper-case; absent: all. */
  readonly methods?: ReadonlySet<string>;
  readonly paths?: readonly PathPattern[];
  /** Absent: as often as it is asked for. */
  readonly uses?: CredentialUses;
  /** It goes only where the agent sent the placeholder for it. */
  readonly asksForPlaceholder: boolean;
}

/** What compilation needs to know about the world; data, handed in. */
export interface WorldData {
  readonly jurisdictions: ReadonlyMap<string, Jurisdiction>;
  /** `provider:region` → its country; regions without a documented country are absent. */
  readonly regions: ReadonlyMap<string, string>;
}
