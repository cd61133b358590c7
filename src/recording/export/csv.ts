import { escapeDeceptive } from '../../wire/quote.ts';
import type { JoinedExchange } from './joined-exchange.ts';

type Cell = string | number | undefined;

/** One row per exchange: what it was about, what was decided, what came of it. Lists are joined with a space. */
const COLUMNS: Readonly<Record<string, (exchange: JoinedExchange) => Cell>> = {
  time: ({ first }) => first.time,
  exchange: ({ decision }) => decision.exchange,
  session: ({ decision }) => decision.session,
  subject: ({ decision }) => decision.subject,
  home: ({ decision }) => decision.home,
  client: ({ decision }) => decision.client,
  kind: ({ decision }) => decision.exchangeKind,
  method: ({ decision }) => decision.method,
  target: ({ decision }) => decision.target,
  media_type: ({ decision }) => decision.mediaType,
  place_entry: ({ decision }) => decision.place?.entry,
  place_processing: ({ decision }) => decision.place?.processing,
  place_storage: ({ decision }) => decision.place?.storage,
  decision: ({ decision }) => decision.decision,
  code: ({ decision }) => decision.code,
  reason: ({ decision }) => decision.reason,
  rules: ({ decision }) => decision.rules.join(' '),
  transfer_rule: ({ decision }) => decision.transfer?.rule,
  transfer_basis: ({ decision }) => decision.transfer?.basis,
  transfer_reference: ({ decision }) => decision.transfer?.reference,
  obligations: ({ decision }) => decision.obligations.join(' '),
  would_deny: ({ decision }) => decision.wouldDeny,
  approval: ({ first, decision }) => decision.approval ?? first.approval,
  policy: ({ decision }) => decision.policy,
  tunnel: ({ decision }) => decision.tunnel,
  status: ({ outcome }) => outcome?.status,
  outcome_code: ({ outcome }) => outcome?.code,
  outcome_detail: ({ outcome }) => outcome?.detail,
  dialled: ({ outcome }) => outcome?.dialled,
  bytes_sent: ({ outcome }) => outcome?.bytes.sent,
  bytes_received: ({ outcome }) => outcome?.bytes.received,
  first_byte_ms: ({ outcome }) => outcome?.timing.firstByte,
  total_ms: ({ outcome }) => outcome?.timing.total,
  findings: ({ outcome }) => findingsText(outcome?.findings),
  writer: ({ decision }) => decision.writer,
  seq: ({ decision }) => decision.seq,
};

const CELLS = Object.values(COLUMNS);

/** The names of the columns, in their order. */
export const CSV_COLUMNS: readonly string[] = Object.keys(COLUMNS);

/** The header line, with its line break (RFC 4180). */
export function csvHead(): string {
  return `${CSV_COLUMNS.join(',')}\r\n`;
}

/** One exchange as a line, with its line break. */
export function csvRow(exchange: JoinedExchange): string {
  return `${CELLS.map((cell) => cellText(cell(exchange))).join(',')}\r\n`;
}

/**
 * What spreadsheets take for a formula at the beginning of a cell, in the widths that they accept, and the mark against it. A tab
 * or a line break, which they pass over, is an escape by then.
 */
const FORMULA = /^[=+\-@\uFF1D\uFF0B\uFF0D\uFF20']/;
const QUOTED = /[",\r\n]|^\s|\s$/;

/**
 * Agents write targets and methods, so no cell may act when it is opened: text that begins as a formula does gets a `'` before
 * it. A text that begins with `'` gets one too, so that taking one away always gives what was recorded. What would not show as
 * what it is, controls and changes of direction among it, is written as `\u` escapes.
 */
function cellText(value: Cell): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const shown = escapeDeceptive(value);
  const guarded = FORMULA.test(shown) ? `'${shown}` : shown;
  return QUOTED.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** `email=2 iban=1` */
function findingsText(findings: Readonly<{ [entity: string]: number }> = {}): string {
  return Object.entries(findings)
    .map(([entity, count]) => `${entity}=${count}`)
    .join(' ');
}
