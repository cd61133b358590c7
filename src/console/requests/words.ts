import type { ApprovalAnswer, ApprovalSummary } from '../../admin/contract/approvals.ts';

type State = ApprovalSummary['state'];

export const STATE_LABELS: Readonly<Record<State, string>> = {
  pending: 'Waiting',
  approved: 'Approved',
  passed: 'Sent',
  denied: 'Denied',
  expired: 'Expired',
  stale: 'Outdated',
  cancelled: 'Withdrawn',
};

/** What became of a request, in a sentence. */
export const STATE_SENTENCES: Readonly<Record<State, string>> = {
  pending: 'It waits for a decision; without one it is denied at the deadline.',
  approved: 'It is approved and may pass once, until the deadline.',
  passed: 'It was approved and has been let through.',
  denied: 'It was denied and will not be sent.',
  expired: 'Its time is over; it was not sent.',
  stale: 'It was not sent: what would have left is no longer what people were asked about.',
  cancelled: 'It was withdrawn; nothing leaves on it any more.',
};

/** What a decision has done, told to who took it. */
export function outcomeOf(decision: 'approve' | 'deny', { state, rules }: ApprovalAnswer): string {
  if (decision === 'deny') return 'Denied. The agent is told that people said no.';
  if (state !== 'pending') return 'Approved. This very request leaves once.';
  const missing = rules
    .filter(({ approvals, quorum }) => approvals < quorum)
    .map(({ rule, approvals, quorum }) => `${rule} still needs ${quorum - approvals}`);
  return `Your approval counts. ${missing.join('; ')}.`;
}

/** Why each kind of evidence says anything, for people who have not read the documentation. */
const EVIDENCE: Readonly<Record<string, string>> = {
  attestation: 'Your own policy states it',
  'endpoint-name': 'The provider documents it for this name',
  'cloud-range': 'The provider publishes it for these addresses',
  anycast: 'Announced from many places at once, which proves no country',
  geoip: 'A database of addresses estimates it',
};

/** The kind in words and the rest of a line of evidence: `geoip (dbip, 2026-06-01): entry DE`. */
export function evidenceWords(line: string): { readonly words: string | undefined; readonly line: string } {
  return { words: EVIDENCE[line.split(' ', 1)[0] ?? ''], line };
}
