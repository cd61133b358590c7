import type { AwaitedApproval } from '../../core/approval/approval.ts';
import type { Grant } from '../../core/approval/grant.ts';
import type { ApprovalTerms, Decision } from '../../core/exchange/decision.ts';
import type { Permit } from '../../core/exchange/permit.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { authorizeReleased } from '../judging/authorize.ts';
import { locate } from '../judging/locate.ts';
import type { Held, Permitted, Release } from '../judging/permitted.ts';
import { homeOf, withoutRelease, withSubject } from '../judging/progress.ts';
import { refuse, type Refusal } from '../judging/refusal.ts';
import { withinLimits } from '../limiting/within-limits.ts';
import { identifyOnce } from '../live-exchanges.ts';
import { releasedEvent } from '../record-events.ts';
import type { Services } from '../services.ts';
import { grantsFor, isGranted } from './granted-terms.ts';
import type { HeldContent } from './held-content.ts';
import { approvalTerms, fingerprintOf } from './question.ts';

export type Released = Permitted & { readonly permit: Permit; readonly release: Release };

/** What lets a held request pass: an approval of what was open, grants for the rest. */
export interface Agreement {
  /** Absent where grants cover everything. */
  readonly approval: AwaitedApproval | undefined;
  /** What people were asked about. */
  readonly open: readonly ApprovalTerms[];
  /** All that was asked for. */
  readonly terms: readonly ApprovalTerms[];
}

/**
 * Finds out again where a request goes that people have agreed to, asks the policy again, and only then takes the pass: what
 * was approved is what is sent (invariant 8).
 *
 * @param interruption why it may not go on after all: finding out takes as long as a name server or a store takes
 * @returns `spent` where another request that is the same was faster
 * @failure limit_exceeded, with the pass kept; approval_stale where the policy asks for anything else now; any code of the decision; dns failures, with the pass kept
 */
export async function release(
  held: Held,
  content: HeldContent,
  agreement: Agreement,
  interruption: () => Refusal | undefined,
  services: Services,
): Promise<Result<Released, Refusal> | 'spent'> {
  const { holds, clock, recorder } = services;
  const { approval } = agreement;
  const judged = await judgeAgain(held, content, agreement, services);
  if (!judged.ok) {
    const { failure } = judged;
    if (failure.code !== 'approval_stale' || approval === undefined) return judged;
    await holds.approvals.settle(approval.id, 'outdate', clock.now());
    return fail({ ...failure, approval: approval.id });
  }
  const before = interruption();
  if (before !== undefined) return fail(before);
  // The pass is kept for when there is room again.
  const within = await withinLimits(judged.value, services);
  if (!within.ok) return within;
  if (approval !== undefined) {
    const taken = await holds.approvals.take(approval.id, approval.fingerprint, clock.now());
    if (!taken.ok || !taken.value) within.value();
    if (!taken.ok) return refuse(taken.failure, held);
    if (!taken.value) {
      withoutRelease(judged.value);
      return 'spent';
    }
  }
  const recorded = await recorder.decision(releasedEvent(judged.value), homeOf(judged.value), held.fields);
  return recorded.ok ? judged : refuse(recorded.failure, judged.value);
}

async function judgeAgain(
  held: Held,
  content: HeldContent,
  { approval, open, terms }: Agreement,
  services: Services,
): Promise<Result<Released, Refusal>> {
  // Its token may have been revoked while it waited.
  const subject = await identifyOnce(held.subject, held.client.address, services.reidentify);
  if (!subject.ok) return refuse(subject.failure, held);
  const located = await locate(withSubject(held, subject.value), services);
  if (!located.ok) return located;
  const now = services.clock.now();
  const grants = open.length === terms.length ? ok([]) : await grantsFor(held, held.decision, now, services);
  if (!grants.ok) return refuse(grants.failure, held);
  const agreed = { approval, open, grants: grants.value };
  const isCovered = (decision: Decision): boolean => isAgreedTo(held, content, { decision, ...agreed, now }, services);
  const granted = terms.filter((each) => !open.includes(each));
  const { findings } = content;
  const release: Release = {
    terms,
    ...(approval !== undefined && { approval: approval.id }),
    ...(granted.length > 0 && { granted: { terms: granted, ...(findings !== undefined && { findings }) } }),
  };
  return authorizeReleased(held, release, isCovered, services);
}

/** Whether people have agreed to a request under this decision: the very fingerprint, and a grant for every other rule. */
function isAgreedTo(
  held: Held,
  content: HeldContent,
  agreed: {
    readonly decision: Decision;
    readonly approval: AwaitedApproval | undefined;
    readonly open: readonly ApprovalTerms[];
    readonly grants: readonly Grant[];
    readonly now: number;
  },
  services: Services,
): boolean {
  const { decision, approval, open, grants, now } = agreed;
  const asked = new Set(open.map(({ rules }) => rules[0]));
  const all = approvalTerms(decision);
  const terms = all.filter(({ rules }) => asked.has(rules[0]));
  const isApproved =
    approval === undefined
      ? terms.length === 0
      : fingerprintOf(held, content, { decision, terms }, services.holds.digests) === approval.fingerprint;
  const others = all.filter((each) => !terms.includes(each));
  return isApproved && others.every((each) => isGranted(each, held, content, { decision, grants, now }, services));
}
