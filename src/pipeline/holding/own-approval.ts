import type { Approval } from '../../core/approval/approval.ts';
import type { Failure } from '../../core/codes.ts';
import type { Subject } from '../../core/exchange/exchange.ts';
import type { ApprovalId } from '../../core/ids.ts';
import { ok, type Result } from '../../core/result.ts';
import { parseDuration, type Milliseconds } from '../../core/units.ts';
import { instantText } from '../../core/time-text.ts';
import type { Services } from '../services.ts';
import type { Waiter } from './hold.ts';

/** Longest time that an answer is kept back for something to happen. */
const LONGEST_WAIT: Milliseconds = 60_000;

/** What an agent is told of its own approval: how it stands, and why, not by whom. */
export interface OwnApproval {
  readonly id: string;
  readonly state: Approval['state'];
  readonly rules: readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly settledAt?: string;
  readonly decisions: readonly { readonly decision: 'approve' | 'deny'; readonly reason: string; readonly at: string }[];
}

/** How long the query asks to wait: `30s`. Undefined where it says something else. */
export function waitOf(query: URLSearchParams): Milliseconds | undefined {
  const text = query.get('wait');
  if (text === null) return 0;
  const wait = parseDuration(text);
  return wait.ok ? Math.min(wait.value, LONGEST_WAIT) : undefined;
}

/**
 * An approval of this subject; kept back while it is pending, as long as is waited for.
 * @returns undefined where there is none that is its own
 * @failure store_unavailable
 */
export async function ownApproval(
  id: string,
  { subject, wait, waiter }: { readonly subject: Subject; readonly wait: Milliseconds; readonly waiter: Waiter },
  { holds, clock }: Services,
): Promise<Result<OwnApproval | undefined, Failure>> {
  const ended = new AbortController();
  waiter.whenGone(() => ended.abort());
  // How long, and not until when: a clock that is set back keeps nobody waiting.
  const until = clock.monotonic() + wait;
  for (;;) {
    const found = await holds.approvals.find(id as ApprovalId);
    if (!found.ok) return found;
    const approval = found.value;
    if (approval?.requester.subject !== subject.attributes.agent) return ok(undefined);
    const left = Math.min(until - clock.monotonic(), approval.expiresAt - clock.now());
    if (approval.state !== 'pending' || left <= 0 || ended.signal.aborted || holds.watch.isDraining) return ok(shown(approval));
    await holds.watch.changed(approval.id, approval.revision, { until: ended.signal, within: left });
  }
}

function shown({ id, state, rules, createdAt, expiresAt, settledAt, decisions }: Approval): OwnApproval {
  return {
    id,
    state,
    rules: rules.map(({ rule }) => rule),
    createdAt: instantText(createdAt),
    expiresAt: instantText(expiresAt),
    ...(settledAt !== undefined && { settledAt: instantText(settledAt) }),
    decisions: decisions.map(({ decision, reason, at }) => ({ decision, reason, at: instantText(at) })),
  };
}
