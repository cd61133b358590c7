import type { AgentId, DestinationId, PolicyDigest, RuleId } from '../ids.ts';
import type { CountrySet } from '../place/country-set.ts';
import type { DenialCode } from '../codes.ts';
import type { DestinationFacts, Evidence, Facet } from '../place/evidence.ts';
import type { Place } from '../place/place.ts';
import type { Bytes, Instant, Milliseconds } from '../units.ts';

/** The four ways an exchange reaches the gateway; one column each in `pipeline/stages.ts`. */
export type ExchangeKind = 'forward' | 'connect' | 'intercepted' | 'upgrade';

/** How the bytes of the exchange will be seen: judged as a whole tunnel, or request by request. */
export type Visibility = 'opaque' | 'inspected' | 'cleartext';

/** The jurisdiction where the data of a subject must stay. */
export interface Home {
  readonly any: boolean;
  readonly countries: CountrySet;
  /** As the policy names it, for people. */
  readonly label: string;
}

/** Who asks (NIST SP 800-162: subject attributes). */
export interface SubjectAttributes {
  readonly agent: AgentId;
  /** Where this subject's data must stay; `any` has no floor. */
  readonly home: Home;
  readonly mode: 'enforce' | 'observe';
}

/** What is asked: unknown members are absent, and absent never helps a permit (contract §4.1.2). */
export interface ActionAttributes {
  readonly kind: ExchangeKind;
  readonly visibility: Visibility;
  readonly scheme: 'http' | 'https';
  /** Upper-case; absent for a CONNECT, whose inner methods are not known. */
  readonly method?: string;
  /** Canonical path, without query; absent for a CONNECT. */
  readonly path?: string | undefined;
  /** Media type of the request content, lower-case essence; `none` when there is no content; absent when unknown. */
  readonly mediaType?: string;
  /** Lower-case names of the request's fields; absent when unknown. */
  readonly fieldNames?: ReadonlySet<string>;
  /** What is known of the content of the request; absent when nothing is, and where there is none (`mediaType` `none`). */
  readonly content?: ContentFacts | undefined;
}

/**
 * What is known of the content of a request, and of the content alone: what query and fields hold is not among it. Made by
 * whoever reads content, once, before the decision that depends on it (`policy/content-needs.ts`).
 */
export type ContentFacts =
  /** Read to its end, decoded, and looked through. `contentRead()` makes it. */
  | {
      readonly kind: 'read';
      /** What was read, decoded. A rule that reads less far takes it for too large. */
      readonly length: Bytes;
      /** By single entity, one row for each that was looked for, 0 where none was found. One without a row is not known. */
      readonly findings: ReadonlyMap<string, number>;
    }
  /** Longer than it was to be read. */
  | { readonly kind: 'too-large' }
  /** A coding, a charset or a framing that cannot be undone. `detail` completes "the content cannot be read: …". */
  | { readonly kind: 'unreadable'; readonly detail: string }
  /** An image, an archive, a medium that nobody here reads: the rule's `opaque` says what it gets. */
  | { readonly kind: 'opaque' };

/** Everything the decision point needs; it reads no clock and asks nobody. */
export interface DecisionRequest {
  readonly subject: SubjectAttributes;
  readonly action: ActionAttributes;
  readonly resource: DestinationFacts;
  readonly environment: { readonly now: Instant };
}

/** What a permit requires. The enforcement point discharges each, or refuses the exchange (XACML 3.0 §7.18). */
export type Obligation =
  | { readonly kind: 'record'; readonly content: boolean; readonly rules: readonly RuleId[] }
  | RequestMasks
  | ResponseMasks
  | {
      readonly kind: 'credential';
      readonly id: string;
      readonly uses?: CredentialUses;
      /** The endpoint of an authorization server whose token goes in; absent: the value itself does. */
      readonly tokenFrom?: string;
      readonly rules: readonly RuleId[];
    }
  | { readonly kind: 'limit'; readonly limit: Limit; readonly rules: readonly RuleId[] }
  | ApprovalTerms
  | {
      readonly kind: 'headers';
      readonly set: Readonly<Record<string, string>>;
      readonly remove: readonly string[];
      readonly rules: readonly RuleId[];
    }
  | { readonly kind: 'drop-agent-credentials'; readonly rules: readonly RuleId[] };

export type ObligationKind = Obligation['kind'];

/** What one rule asks of people before a request may leave; each rule must be satisfied on its own (contract §4.1.1). */
export interface ApprovalTerms {
  readonly kind: 'approval';
  /** Groups whose members may decide. */
  readonly by: readonly string[];
  /** Distinct persons who must approve, at least 1. */
  readonly quorum: number;
  /** How long the client is kept waiting. */
  readonly wait: Milliseconds;
  /** How long the request can be decided on, and let through. */
  readonly expires: Milliseconds;
  /** Whether the requester must say why. */
  readonly reason: 'optional' | 'required';
  /** Lower-case names of the field lines that the approval is bound to. */
  readonly fields: readonly string[];
  /** Only approvals of people who signed in again count. */
  readonly stepUp: boolean;
  /** Present where people may permit the same kind for a time, and the longest such time. */
  readonly grant?: { readonly max: Milliseconds };
  /** The one rule. */
  readonly rules: readonly RuleId[];
}

/** What is masked before a request leaves, and how its content is treated meanwhile. */
export interface RequestMasks {
  readonly kind: 'mask';
  readonly direction: 'request';
  /** Every entity once. */
  readonly masks: readonly Mask[];
  /** How content whose length masking changes is sent: kept back until its length is known, or in chunks as it comes. */
  readonly length: 'spool' | 'chunked';
  /** What happens to a signed request whose signature masking would break. */
  readonly signed: 'deny' | 'pass';
  /** What happens to content that is an image, an archive or an unknown medium; `pass`: it leaves unmasked. */
  readonly opaque: 'deny' | 'hold' | 'pass';
  readonly rules: readonly RuleId[];
}

/** What is masked before a response reaches the agent. */
export interface ResponseMasks {
  readonly kind: 'mask';
  readonly direction: 'response';
  /** Every entity once; never as `token`. */
  readonly masks: readonly Mask[];
  /** As for requests; nobody is asked about a response, so `hold` denies it. */
  readonly opaque: 'deny' | 'pass';
  readonly rules: readonly RuleId[];
}

export interface Mask {
  /** Single entities, sorted: the groups of the policy are written out. */
  readonly entities: readonly string[];
  readonly as: 'redact' | 'partial' | 'hash' | 'token';
  readonly in: readonly ('content' | 'query' | 'fields' | 'path')[];
  readonly unreadable: 'deny' | 'pass';
}

export interface Limit {
  readonly requests?: number;
  readonly bytes?: number;
  readonly every: number;
  readonly per: 'agent' | 'session' | 'destination' | 'rule';
}

/** How often a credential may be put into requests, in any stretch of so many milliseconds. */
export interface CredentialUses {
  /** At least 1. */
  readonly most: number;
  readonly every: Milliseconds;
  readonly per: 'session' | 'agent' | 'credential';
}

/** The place that was judged, and all that spoke for or against it. */
export interface Judgement {
  readonly places: { readonly [F in Facet]: Place };
  /** Which evidence won, per facet; absent when none did. */
  readonly winners: { readonly [F in Facet]?: Evidence };
  readonly evidence: readonly Evidence[];
  /** Statements that exclude each other; recorded always, denied where contract §4.1.5 says so. */
  readonly contradictions: readonly {
    readonly a: Evidence;
    readonly b: Evidence;
    readonly facet: Facet;
    readonly blocks: boolean;
  }[];
  /** A stale table would have decided. */
  readonly stale: boolean;
}

/** What a destination states about TLS toward its origin: files as the policy names them, never what they hold. */
export interface OriginTlsStatement {
  /** Extra trust anchors. */
  readonly trust?: string;
  /** What the origin is shown. */
  readonly clientCertificate?: string;
  /** The same for statements whose files hold the same certificates, and for no others. */
  readonly key: string;
}

/** The answer of the decision point. A denial is a value with a reason. */
export interface Decision {
  readonly effect: 'permit' | 'hold' | 'deny';
  /** Why not permit; absent on a permit and on a hold. */
  readonly code?: DenialCode;
  /** One sentence for a person; never shows another subject's data. */
  readonly reason: string;
  /** The rules that won. */
  readonly rules: readonly RuleId[];
  /** The destinations of the policy that the target falls under. */
  readonly destinations: readonly DestinationId[];
  readonly obligations: readonly Obligation[];
  readonly judgement: Judgement;
  /** A permit whose destination names the host: its rule alone opens the look-up of the name (contract §4.1.6). */
  readonly namesHost?: boolean;
  /** Present when the data leaves home: the clause that carries it. */
  readonly transfer?: { readonly rule: RuleId; readonly basis: string; readonly reference?: string };
  /** Present when TLS toward the origin rests on more than the public roots: what these destinations state about it. */
  readonly tls?: OriginTlsStatement & { readonly destinations: readonly DestinationId[] };
  /** Addresses that may be dialled, all of them judged: at once by a permit, by a hold when people have approved; empty on a deny. */
  readonly dial: readonly string[];
  /** Observe mode: the deny that enforce would have given. */
  readonly wouldDeny?: { readonly code: DenialCode; readonly reason: string };
  readonly policy: PolicyDigest;
}
