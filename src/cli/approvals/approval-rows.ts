import type { ApprovalSummary } from '../../admin/contract/approvals.ts';
import type { Instant } from '../../core/units.ts';
import { shownBriefly, shownText } from '../shown-text.ts';
import { columns } from '../terminal.ts';
import { tellingLength } from './find-id.ts';
import { until } from './moments.ts';

/** Longer targets are cut: `approvals show` has them whole. */
const LONGEST_TARGET = 64;

/** Approvals as a table. */
export function approvalRows(approvals: readonly ApprovalSummary[], now: Instant): string[] {
  const length = tellingLength(approvals.map(({ id }) => id));
  return columns([
    ['ID', 'STATE', 'ENDS', 'AGENT', 'REQUEST', 'PLACE', 'RULES', 'FOUND'],
    ...approvals.map((approval) => [
      shownText(approval.id.slice(0, length)),
      approval.state,
      endOf(approval, now),
      shownText(approval.agent),
      requestOf(approval, LONGEST_TARGET),
      placeOf(approval),
      progressOf(approval),
      findingsOf(approval),
    ]),
  ]);
}

/** Method and masked target. */
export function requestOf({ method, target }: ApprovalSummary, longest = Number.MAX_SAFE_INTEGER): string {
  return `${shownText(method)} ${shownBriefly(target, longest)}`;
}

/** The deadline while there is one, else when it was settled. */
function endOf({ expiresAt, settledAt }: ApprovalSummary, now: Instant): string {
  return settledAt === undefined ? until(expiresAt, now) : settledAt.replace(/\.\d+Z$/, 'Z');
}

/** One place where all facets are there, else each. */
export function placeOf({ places: { entry, processing, storage } }: ApprovalSummary): string {
  return [...new Set([entry, processing, storage])].map(shownText).join('/');
}

/** Which rules ask whom; how far it is where one person is not enough. */
export function progressOf({ rules }: ApprovalSummary): string {
  return rules
    .map(({ rule, by, quorum, approvals }) => {
      const count = quorum === 1 && approvals === 0 ? '' : ` ${approvals}/${quorum}`;
      return shownText(`${rule} (${by.join(', ')})${count}`);
    })
    .join('; ');
}

/** What of it leaves as it came, though it is shown masked; undefined where nothing does, or nobody knows. */
export function unmaskedOf({ unmasked = [] }: Pick<ApprovalSummary, 'unmasked'>): string | undefined {
  return unmasked.length === 0 ? undefined : `leaves UNMASKED: ${unmasked.map(shownText).join(', ')}`;
}

/** How much of what was found in content, target and fields. */
export function findingsOf({ findings }: Pick<ApprovalSummary, 'findings'>): string {
  if (findings === undefined) return 'not looked through';
  const found = Object.entries(findings).map(([entity, count]) => shownText(`${entity} ${count}`));
  return found.length === 0 ? 'nothing' : found.join(', ');
}
