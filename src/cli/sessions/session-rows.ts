import type { ExchangeSummary, SessionItem } from '../../admin/contract/exchanges.ts';
import { shownBriefly, shownText } from '../shown-text.ts';
import { columns } from '../terminal.ts';

/** Longer targets are cut: `--json` has them whole. */
const LONGEST_TARGET = 80;

/** Sessions as a table. */
export function sessionRows(sessions: readonly SessionItem[]): string[] {
  return columns([
    ['SESSION', 'AGENT', 'HOME', 'FROM', 'TO', 'PERMIT', 'HOLD', 'DENY', 'SENT', 'RECEIVED', 'FOUND'],
    ...sessions.map(({ id, agent, home, firstAt, lastAt, decisions, bytes, findings }) => [
      shownText(id),
      shownText(agent ?? '-'),
      shownText(home ?? '-'),
      firstAt,
      lastAt,
      ...[decisions.permit, decisions.hold, decisions.deny, bytes.sent, bytes.received, findings].map(String),
    ]),
  ]);
}

/** The exchanges of a session as a table, in order. */
export function exchangeRows(exchanges: readonly ExchangeSummary[]): string[] {
  return columns([
    ['TIME', 'DECISION', 'STATUS', 'PLACE', 'MS', 'REQUEST', 'RULES', 'FOUND'],
    ...exchanges.map((exchange) => {
      const { time, decision, code, status, milliseconds, method = '-', target = '-', rules, findings = {} } = exchange;
      return [
        time,
        code === undefined ? decision : `${decision} ${code}`,
        status === undefined ? '-' : String(status),
        placeOf(exchange),
        milliseconds === undefined ? '-' : String(Math.round(milliseconds)),
        `${shownText(method)} ${shownBriefly(target, LONGEST_TARGET)}`,
        rules.map(shownText).join(', ') || '-',
        Object.entries(findings)
          .map(([entity, count]) => shownText(`${entity} ${count}`))
          .join(', '),
      ];
    }),
  ]);
}

/** One place where all facets are there, else each. */
function placeOf({ places }: ExchangeSummary): string {
  if (places === undefined) return '-';
  return [...new Set([places.entry, places.processing, places.storage])].map(shownText).join('/');
}
