import { fail, ok, type Result } from '../result.ts';

/**
 * Where an approval stands. The last five are final: nothing leads out of them, so that a request is let through at most once
 * and a decision is never taken back in silence.
 *
 * - `pending`: people are asked.
 * - `approved`: every rule is satisfied; one pass is armed until the deadline.
 * - `passed`: the pass was taken, by exactly one request. What became of that is on the record.
 * - `denied`: one person who may decide said no.
 * - `expired`: the deadline came before the pass was taken, whether or not it had been approved.
 * - `stale`: what would be sent now is no longer what people were asked about.
 * - `cancelled`: withdrawn: the agent was stopped, is no longer in the policy, or a grant that was given with it was revoked.
 */
export type ApprovalState = 'pending' | 'approved' | 'passed' | 'denied' | 'expired' | 'stale' | 'cancelled';

/**
 * What can happen to an approval. `support` is an approval by a person after which others are still asked, `approve` the one
 * that satisfies the last rule.
 */
export type ApprovalEvent = 'support' | 'approve' | 'deny' | 'pass' | 'expire' | 'outdate' | 'cancel';

interface Transition {
  readonly from: readonly ApprovalState[];
  readonly to: ApprovalState;
}

/** Every transition there is: an event happens in no other state. The statements of the store are made from this table too. */
export const TRANSITIONS: Readonly<Record<ApprovalEvent, Transition>> = {
  support: { from: ['pending'], to: 'pending' },
  approve: { from: ['pending'], to: 'approved' },
  deny: { from: ['pending'], to: 'denied' },
  pass: { from: ['approved'], to: 'passed' },
  expire: { from: ['pending', 'approved'], to: 'expired' },
  outdate: { from: ['pending', 'approved'], to: 'stale' },
  cancel: { from: ['pending', 'approved'], to: 'cancelled' },
};

/** The state after an event, or why it cannot happen, in a sentence. */
export function transition(state: ApprovalState, event: ApprovalEvent): Result<ApprovalState, string> {
  const { from, to } = TRANSITIONS[event];
  return from.includes(state) ? ok(to) : fail(REFUSALS[state]);
}

/** Whether nothing leads out of a state. */
export function isFinal(state: ApprovalState): boolean {
  return Object.values(TRANSITIONS).every(({ from }) => !from.includes(state));
}

/** Why an event cannot happen: it is the state alone that tells. */
const REFUSALS: Readonly<Record<ApprovalState, string>> = {
  pending: 'Nobody has approved this request yet',
  approved: 'This request is approved already',
  passed: 'This request was approved and has been let through',
  denied: 'This request was denied',
  expired: 'The time to decide on this request is over',
  stale: 'What was asked about has changed since',
  cancelled: 'This request was withdrawn',
};
