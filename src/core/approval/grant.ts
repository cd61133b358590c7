import type { AgentId, ApprovalId, GrantId, GrantScope, RuleId } from '../ids.ts';
import type { Facet } from '../place/evidence.ts';
import type { Instant } from '../units.ts';

/** What a grant covers, as it is shown before it is given (contract §4.1.11). */
export interface GrantCover {
  readonly subject: AgentId;
  readonly rule: RuleId;
  readonly method: string;
  /** `scheme://host:port` */
  readonly origin: string;
  /** Pattern or, where the rule has none, one path, masked. */
  readonly path: string;
  /** Labels, per facet. */
  readonly places: Readonly<Record<Facet, string>>;
  /** Kinds of entities that may be found in content, target and fields, sorted; a request with any other is asked about. */
  readonly entities: readonly string[];
}

/** Lets requests of one kind pass a hold rule without asking again, until one absolute end. */
export interface Grant {
  readonly id: GrantId;
  /** The decisions it rests on. */
  readonly approval: ApprovalId;
  readonly covers: GrantCover;
  /** Keyed digest of the same and of what the policy required besides, unmasked: what requests are compared with. */
  readonly scope: GrantScope;
  /** Persons who gave it. */
  readonly by: readonly string[];
  /** Persons who said that those are who they are. */
  readonly vouchedBy?: readonly string[];
  readonly createdAt: Instant;
  /** Never moves: use does not prolong it. */
  readonly endsAt: Instant;
  /** When its end had come, as it was written down: for good, whatever a clock says later. */
  readonly endedAt?: Instant;
  readonly revoked?: { readonly at: Instant; readonly by: string };
}
