import type { ApprovalAnswer, GrantItem } from '../../admin/contract/approvals.ts';
import type { Instant } from '../../core/units.ts';
import { shownBriefly, shownLines, shownText } from '../shown-text.ts';
import { columns, type Style, type Terminal } from '../terminal.ts';
import { findingsOf, requestOf, unmaskedOf } from './approval-rows.ts';
import { careRows } from './care-rows.ts';
import { span, until } from './moments.ts';

/** Of a media type, in a title. */
const LONGEST_TYPE = 60;

type Styled = Pick<Terminal, 'style'>;

const STATE_STYLE: Readonly<Record<ApprovalAnswer['state'], Style>> = {
  pending: 'yellow',
  approved: 'green',
  passed: 'green',
  denied: 'red',
  expired: 'dim',
  stale: 'red',
  cancelled: 'dim',
};

/** A held request for who decides on it: what it is, who asks, where it goes, what is in it, and what was decided. */
export function approvalLines(approval: ApprovalAnswer, terminal: Styled, now: Instant): string[] {
  const { id, state, places, evidence, mayNot } = approval;
  const section = (title: string, rows: readonly (readonly string[])[]): string[] =>
    rows.length === 0 ? [] : ['', terminal.style('bold', title), ...columns(rows).map((line) => `  ${line}`)];
  return [
    `${terminal.style('bold', terminal.style(STATE_STYLE[state], state.toUpperCase()))} ${shownText(id)}`,
    `  ${requestOf(approval)}`,
    ...section('Look closely', careRows(approval)),
    ...section(
      'Fields',
      (approval.fields ?? []).map(({ name, value }) => [shownText(name), shownText(value)]),
    ),
    ...section('Asked', askedRows(approval, now)),
    ...section('Place', [
      ...Object.entries(places).map(([facet, place]) => [facet, shownText(place)]),
      ...evidence.map((line) => ['', shownText(line)]),
    ]),
    ...section('Transfer', transferRows(approval)),
    ...section('Rules', ruleRows(approval)),
    ...section('Found in it', [[findingsOf(approval)], ...unmaskedRows(approval)]),
    ...section(contentTitle(approval), contentRows(approval)),
    ...section('Decisions', decisionRows(approval)),
    ...section('A grant would let pass', offerRows(approval)),
    ...(mayNot === undefined ? [] : ['', `You cannot decide on it: ${shownText(mayNot)}`]),
  ];
}

function unmaskedRows(approval: ApprovalAnswer): string[][] {
  const unmasked = unmaskedOf(approval);
  return unmasked === undefined ? [] : [[unmasked]];
}

function contentTitle({ mediaType, size }: ApprovalAnswer): string {
  const about = [
    ...(mediaType === undefined ? [] : [shownBriefly(mediaType, LONGEST_TYPE)]),
    ...(size === undefined ? [] : [`${size} bytes`]),
  ];
  return `The content, shown masked${about.length === 0 ? '' : ` (${about.join(', ')})`}`;
}

/** The bar before each line keeps content from looking like what stands round it. */
function contentRows({ preview, previewCut }: ApprovalAnswer): string[][] {
  if (preview === undefined) return [['cannot be shown']];
  const lines = shownLines(preview).map((line) => ['|', line]);
  return previewCut === true ? [...lines, ['This is the beginning alone: there is more that is not shown']] : lines;
}

function askedRows(
  { agent, home, owners, minter, reason, createdAt, expiresAt, settledAt }: ApprovalAnswer,
  now: Instant,
): string[][] {
  return [
    ['by agent', shownText(`${agent}, at home in ${home}`)],
    ...(owners.length === 0 ? [] : [['of', shownText(owners.join(', '))]]),
    ...(minter === undefined ? [] : [['token from', shownText(minter)]]),
    ...(reason === undefined ? [] : [['because', shownText(reason)]]),
    ['at', createdAt],
    settledAt === undefined ? ['ends', `${expiresAt}, ${until(expiresAt, now)}`] : ['settled', settledAt],
  ];
}

function transferRows({ transfer }: ApprovalAnswer): string[][] {
  if (transfer === undefined) return [];
  const { basis, reference, rule } = transfer;
  return [[shownText(basis), ...(reference === undefined ? [] : [shownText(reference)]), shownText(`by rule ${rule}`)]];
}

function ruleRows({ rules }: ApprovalAnswer): string[][] {
  return rules.map(({ rule, by, quorum, approvals, stepUp }) => [
    shownText(rule),
    shownText(`asks ${by.join(' or ')}`),
    `${approvals} of ${quorum}`,
    ...(stepUp ? ['by people who signed in just now'] : []),
  ]);
}

function decisionRows({ decisions }: ApprovalAnswer): string[][] {
  return decisions.map(({ person, decision, reason, at, grantFor }) => [
    at,
    shownText(person),
    decision === 'approve' ? 'approved' : 'denied',
    ...(grantFor === undefined ? [] : [`with a grant for ${span(grantFor)}`]),
    shownText(reason),
  ]);
}

function offerRows({ offers }: ApprovalAnswer): string[][] {
  return offers.map(({ rule, max, covers }) => [shownText(rule), `at most ${span(max)}`, coversText(covers)]);
}

/** What a grant lets pass, in words. */
export function coversText({ subject, method, origin, path, entities }: GrantItem['covers']): string {
  const contents = entities.length === 0 ? 'none of the values that are looked for' : entities.join(', ');
  return shownText(`${method} ${origin}${path} of ${subject}, with ${contents} in it`);
}
