import type { AgentId, DestinationId, PolicyDigest, RuleId } from '../ids.ts';
import type { CountrySet } from '../place/country-set.ts';
import type { DenialCode } from '../codes.ts';
import type { DestinationFacts, Evidence, Facet } from '../place/evidence.ts';
import type { Place } from '../place/place.ts';
import type { Instant } from '../units.ts';

/** The four ways an exchange reaches the gateway; one column each in `pipeline/stages.ts`. */
export type ExchangeKind = 'forward' | 'connect' | 'intercepted' | 'upgrade';

/** How the bytes of the exchange will be seen: judged as a whole tunnel, or request by request. */
export type Visibility = 'opaque' | 'inspected' | 'cleartext';

/** Who asks (NIST SP 800-162: subject attributes). */
export interface SubjectAttributes {
  readonly agent: AgentId;
  /** Where this subject's data must stay; `any` has no floor. */
  readonly home: { readonly any: boolean; readonly countries: CountrySet; readonly label: string };
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
}

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
  | {
      readonly kind: 'mask';
      readonly direction: 'request' | 'response';
      readonly masks: readonly Mask[];
      readonly rules: readonly RuleId[];
    }
  | { readonly kind: 'credential'; readonly id: string; readonly rules: readonly RuleId[] }
  | { readonly kind: 'limit'; readonly limit: Limit; readonly rules: readonly RuleId[] }
  | { readonly kind: 'approval'; readonly by: readonly string[]; readonly rules: readonly RuleId[] }
  | {
      readonly kind: 'headers';
      readonly set: Readonly<Record<string, string>>;
      readonly remove: readonly string[];
      readonly rules: readonly RuleId[];
    }
  | { readonly kind: 'drop-agent-credentials'; readonly rules: readonly RuleId[] };

export type ObligationKind = Obligation['kind'];

export interface Mask {
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
  /** Addresses that may be dialled, all of them judged; empty unless `effect` is permit. */
  readonly dial: readonly string[];
  /** Observe mode: the deny that enforce would have given. */
  readonly wouldDeny?: { readonly code: DenialCode; readonly reason: string };
  readonly policy: PolicyDigest;
}
