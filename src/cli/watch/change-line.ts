import type { Instant } from '../../core/units.ts';
import { findingsOf, placeOf, progressOf, requestOf } from '../approvals/approval-rows.ts';
import { until } from '../approvals/moments.ts';
import { shownText } from '../shown-text.ts';
import type { Change } from './waiting-list.ts';

/** A change on one line: when, what state, which, and what there is to know about it. */
export function changeLine(change: Change, now: Instant): string {
  const { id, state } = change;
  const at = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
  return `${at}  ${state.padEnd(8)}  ${shownText(id)}  ${state === 'pending' ? askedText(change, now) : decidedText(change)}`;
}

function askedText(change: Change, now: Instant): string {
  const { agent, expiresAt } = change;
  const parts = [shownText(agent), requestOf(change), placeOf(change), progressOf(change), `found: ${findingsOf(change)}`];
  return `${parts.join('  ')}  ends ${until(expiresAt, now)}`;
}

/** By whom and why; an end that nobody decided on has neither. */
function decidedText(change: Change): string {
  const last = 'decisions' in change ? change.decisions.at(-1) : undefined;
  const who = last === undefined ? '' : `  by ${shownText(last.person)}: ${shownText(last.reason)}`;
  return `${shownText(change.agent)}  ${requestOf(change)}${who}`;
}
