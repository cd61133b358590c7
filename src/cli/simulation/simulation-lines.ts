import { verdictText } from '../../app/simulating/simulation-texts.ts';
import type { NamedCounts, SimulationResult } from '../../policy/simulation/simulation-result.ts';
import { UNTOLD_TEXTS } from '../../policy/simulation/untold.ts';
import { shownText } from '../shown-text.ts';
import { columns } from '../terminal.ts';

/** Rows of one table on a terminal. */
const MOST_ROWS = 20;

/** The result as a person reads it on a terminal. */
export function simulationLines(result: SimulationResult): string[] {
  const { decided, changed, changes, rules, subjects, destinations, untold } = result;
  const lines = [`${changed} of ${decided} exchanges would change under ${result.policy}`];
  if (changed > 0) {
    lines.push(
      ...titled(
        'change',
        changes.map(({ change, count }) => [change, `${count}`]),
      ),
    );
    lines.push(...named('rule', rules), ...named('subject', subjects), ...named('destination', destinations));
    lines.push(...groupLines(result));
  }
  const unknown = untold.map(({ because, count }) => [UNTOLD_TEXTS[because], `${count}`]);
  if (unknown.length > 0) lines.push(...titled('cannot be told', unknown));
  const { unasked, own } = result;
  if (unasked + own > 0)
    lines.push('', `not asked again: ${unasked} that ended before any policy was asked, ${own} of the gateway itself`);
  return lines;
}

function groupLines({ groups, ungrouped }: SimulationResult): string[] {
  const rows = groups
    .slice(0, MOST_ROWS)
    .map(({ subject, destination, before, after, count, exchange }) =>
      [subject, destination, verdictText(before), '->', verdictText(after), `${count}`, exchange].map(shownText),
    );
  const left = groups.slice(MOST_ROWS).reduce((sum, { count }) => sum + count, ungrouped);
  return [...titled('what would change', rows), ...(left === 0 ? [] : [`  and ${left} more exchanges (--json shows all)`])];
}

function named(title: string, counts: NamedCounts): string[] {
  const left = counts.named.slice(MOST_ROWS).reduce((sum, { count }) => sum + count, counts.others);
  const rows = counts.named.slice(0, MOST_ROWS).map(({ name, count }) => [shownText(name), `${count}`]);
  return rows.length === 0 ? [] : titled(title, left === 0 ? rows : [...rows, ['others', `${left}`]]);
}

function titled(title: string, rows: readonly (readonly string[])[]): string[] {
  return ['', `${title}:`, ...columns(rows).map((line) => `  ${line}`)];
}
