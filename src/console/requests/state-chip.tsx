import type { JSX } from 'preact';
import type { ApprovalSummary } from '../../admin/contract/approvals.ts';
import { STATE_LABELS } from './words.ts';

/** Where a request stands, in a word and a colour. */
export function StateChip({ state }: Pick<ApprovalSummary, 'state'>): JSX.Element {
  return <span class={`chip ${state}`}>{STATE_LABELS[state]}</span>;
}
