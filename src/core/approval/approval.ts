import type { Decision, SubjectAttributes } from '../exchange/decision.ts';
import type { FieldLines } from '../exchange/exchange.ts';
import type { AgentId, ApprovalId, Fingerprint, GrantScope, RuleId } from '../ids.ts';
import type { CountryCode } from '../place/country.ts';
import type { Facet } from '../place/evidence.ts';
import type { Bytes, Instant, Milliseconds } from '../units.ts';
import type { ApproverDecision } from './approver.ts';
import type { ApprovalState } from './transitions.ts';

/** One hold rule that people are asked about. Each must be satisfied on its own (contract §4.1.1). */
export interface AskedRule {
  readonly rule: RuleId;
  /** Groups whose members may decide. */
  readonly by: readonly string[];
  /** Distinct persons who must approve, at least 1. */
  readonly quorum: number;
  /** Only approvals of people who signed in again count. */
  readonly stepUp: boolean;
  /** Present where the rule allows grants and this request can be put into one. */
  readonly grant?: OfferedGrant;
}

/** What a grant for this rule would cover beside what the request shows. */
export interface OfferedGrant {
  /** Longest time from the decision to its end. */
  readonly max: Milliseconds;
  readonly scope: GrantScope;
  /** The pattern of the rule that the path falls under; where the rule has none, the path itself, masked. */
  readonly path: string;
}

/** Who asks. Neither owners nor minter may decide: they are requesters too. */
export interface Requester {
  readonly subject: AgentId;
  readonly home: SubjectAttributes['home'];
  /** Answerable for the agent, as the policy names them. */
  readonly owners: readonly string[];
  /** Who minted the token that the agent presented; absent where it presented none or nobody is known. */
  readonly minter?: string;
  /** `Cordon-Reason` of the request. */
  readonly reason?: string;
}

/** The held request as people are shown it. Everything in it is masked: there is no reveal (contract §4.1.14). */
export interface HeldRequest {
  readonly method: string;
  /** Target URI, masked as in records. */
  readonly target: string;
  /** `scheme://host:port`, what a grant is bound to. */
  readonly origin: string;
  readonly mediaType?: string;
  /** Lines that people agree to besides method and target, names in lower case; absent where there are none. */
  readonly fields?: FieldLines;
  /** Labels, per facet. */
  readonly places: Readonly<Record<Facet, string>>;
  /** Every country that each of them may be; absent where it may be any. */
  readonly countries?: Readonly<Partial<Record<Facet, readonly CountryCode[]>>>;
  /** What speaks for these places, strongest first, in words. */
  readonly evidence: readonly string[];
  readonly transfer?: NonNullable<Decision['transfer']>;
  /** Of the content as it came; absent where there is none. */
  readonly size?: Bytes;
  /** Beginning of the content, masked; absent where there is none or it cannot be read. */
  readonly preview?: string;
  /** There is more content than the preview shows: who decides must know that it has not seen all. */
  readonly previewCut?: true;
  /** How often each single entity was found in content, target and fields, those not found left out; absent where the content was not looked through. */
  readonly findings?: Readonly<Record<string, number>>;
  /** Of the entities found, those that no rule masks: their values leave as they came, though people are shown them masked. */
  readonly unmasked?: readonly string[];
}

/** What is asked of people: never changes. */
export interface ApprovalQuestion {
  readonly id: ApprovalId;
  readonly fingerprint: Fingerprint;
  readonly requester: Requester;
  readonly request: HeldRequest;
  /** At least one, each rule once. */
  readonly rules: readonly AskedRule[];
  readonly createdAt: Instant;
  /** The one deadline, for decisions and for the pass alike: the earliest of all rules. */
  readonly expiresAt: Instant;
}

/** A held request and what people decided about it. */
export interface Approval extends ApprovalQuestion {
  readonly state: ApprovalState;
  readonly decisions: readonly ApproverDecision[];
  /** When it came to a final state. */
  readonly settledAt?: Instant;
  /** Counts its changes: who decides says which one it has seen. */
  readonly revision: number;
}

/** An approval without what people are shown of it: as much as a request keeps that waits for it, beside thousands of others. */
export type AwaitedApproval = Omit<Approval, 'request' | 'requester' | 'settledAt'>;
