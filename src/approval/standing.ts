import type { AwaitedApproval } from '../core/approval/approval.ts';
import type { DenialCode } from '../core/codes.ts';
import type { Fingerprint } from '../core/ids.ts';
import type { Instant } from '../core/units.ts';
import { isOfRequester, type Requesters } from './entitlement.ts';
import { isSatisfied } from './quorum.ts';

/** A request that waits, as it is now. */
export interface WaitingRequest {
  readonly fingerprint: Fingerprint;
  /** Another token of the same agent may have another minter than the one that asked. */
  readonly requesters: Requesters;
}

/** What an approval means for a request that waits for it. */
export type Standing =
  | { readonly kind: 'waits' }
  /** The pass is there to be taken; others may be faster. */
  | { readonly kind: 'may-pass' }
  /** An identical request took the pass: this one has to ask anew. */
  | { readonly kind: 'spent' }
  | { readonly kind: 'refused'; readonly code: DenialCode };

/**
 * Where a request stands. A state alone lets nothing through: the decisions must be there that lead to it, for the very request
 * that waits, by people who are no requesters of it.
 */
export function standingOf(approval: AwaitedApproval, waiting: WaitingRequest, now: Instant): Standing {
  switch (approval.state) {
    case 'passed':
      return { kind: 'spent' };
    case 'denied':
      return refused('approval_denied');
    case 'expired':
      return refused('approval_expired');
    case 'stale':
    case 'cancelled':
      return refused('approval_stale');
    case 'pending':
    case 'approved':
      return liveStanding(approval, waiting, now);
  }
}

function liveStanding(approval: AwaitedApproval, { fingerprint, requesters }: WaitingRequest, now: Instant): Standing {
  if (!(now < approval.expiresAt)) return refused('approval_expired');
  if (approval.fingerprint !== fingerprint) return refused('approval_stale');
  if (approval.state === 'pending') return { kind: 'waits' };
  const decisions = approval.decisions.filter((decision) => !isOfRequester(requesters, decision));
  return isSatisfied(approval.rules, decisions) ? { kind: 'may-pass' } : refused('approval_stale');
}

function refused(code: DenialCode): Standing {
  return { kind: 'refused', code };
}
