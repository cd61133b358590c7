import type { Role } from '../people/role.ts';
import type { PlaceSet } from '../place/place.ts';
import type { Instant, Milliseconds } from '../units.ts';

/** A person with the scope of its role, as its credential says. */
export interface Approver {
  /** Compared character by character with owners and minters: who makes it from a credential makes it canonical. */
  readonly person: string;
  /**
   * Who says that it is this person, who says so of that one, and so on: nobody vouches, through however many others, for who
   * decides on its own requests.
   */
  readonly vouchedBy?: readonly string[];
  readonly role: Role;
  /** Groups of the policy (`approval.by`) that the role is scoped to. */
  readonly groups: readonly string[];
  /** Jurisdictions whose subjects the role is scoped to. */
  readonly places: PlaceSet;
  /** Has signed in again for this decision (`approval.step-up`). */
  readonly hasSteppedUp: boolean;
}

/** Longest reason of a decision, in UTF-16 code units: what is shown and recorded is bounded. */
export const LONGEST_REASON = 2000;

/** What one person decided, with the scope it had then. */
export interface ApproverDecision {
  readonly person: string;
  /** As of the approver then: another request that this decision lets pass may be one of theirs. One name in older decisions. */
  readonly vouchedBy?: string | readonly string[];
  readonly groups: readonly string[];
  /** Label of the places that the role was scoped to. */
  readonly places: string;
  readonly hasSteppedUp: boolean;
  readonly decision: 'approve' | 'deny';
  /** Never blank, nor longer than {@link LONGEST_REASON}. */
  readonly reason: string;
  readonly at: Instant;
  /** Asked for with an approval: the same kind shall pass for this long, within what the rules allow. */
  readonly grant?: { readonly for: Milliseconds };
}
