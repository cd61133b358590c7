import { instantText } from '../../core/time-text.ts';
import type { ChangedGroup, NamedCounts, SimulationResult } from '../../policy/simulation/simulation-result.ts';
import { UNTOLD_TEXTS } from '../../policy/simulation/untold.ts';
import { escapeDeceptive } from '../../wire/quote.ts';
import { verdictText } from './simulation-texts.ts';

/** What the result is about, as a person would name it. */
export interface SimulationTitle {
  /** The candidate: the files it was read from. */
  readonly candidate: string;
  /** RFC 3339; absent: everything there is. */
  readonly since?: string;
}

/** Rows of one table; what is left out is counted below it. */
const MOST_ROWS = 500;

/**
 * The result as one page without script, for a browser and for paper. Names that agents have chosen are in it: everything is
 * escaped, and nothing is loaded.
 */
export function simulationPage(result: SimulationResult, { candidate, since }: SimulationTitle): string {
  const { policy, now, decided, same, changed } = result;
  const span = since === undefined ? 'all that is recorded' : `since ${since}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simulation of ${shown(candidate)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>What would change under ${shown(candidate)}</h1>
<p>Policy <code>${shown(policy)}</code>, asked as of ${instantText(now)} about exchanges ${shown(span)}.</p>
<dl>
<dt>changed</dt><dd>${changed}</dd>
<dt>the same</dt><dd>${same}</dd>
<dt>decided again</dt><dd>${decided}</dd>
<dt>cannot be told</dt><dd>${result.untold.reduce((sum, { count }) => sum + count, 0)}</dd>
</dl>
${section('Changes', table(['change', 'exchanges'], changeRows(result)))}
${section('By rule', namedTable('rule', result.rules))}
${section('By subject', namedTable('subject', result.subjects))}
${section('By destination', namedTable('destination', result.destinations))}
${section('Exchanges that would change', groupTable(result))}
${section('Cannot be told', table(['because', 'exchanges'], untoldRows(result)))}
<p>Not asked again: ${result.unasked} that ended before any policy was asked, ${result.own} of the gateway itself.</p>
</main>
</body>
</html>
`;
}

type Cell = string | number;

function changeRows({ changes }: SimulationResult): readonly (readonly Cell[])[] {
  return changes.map(({ change, count }) => [change, count]);
}

function untoldRows({ untold }: SimulationResult): readonly (readonly Cell[])[] {
  return untold.map(({ because, count }) => [UNTOLD_TEXTS[because], count]);
}

function namedTable(what: string, { named, others }: NamedCounts): string {
  const rows = named.slice(0, MOST_ROWS).map(({ name, count }) => [name, count] as const);
  const left = named.slice(MOST_ROWS).reduce((sum, { count }) => sum + count, others);
  return table([what, 'exchanges'], left === 0 ? rows : [...rows, ['others', left]]);
}

function groupTable({ groups, ungrouped }: SimulationResult): string {
  const heads = ['change', 'subject', 'destination', 'before', 'after', 'exchanges', 'one of them', 'first', 'last'];
  const left = groups.slice(MOST_ROWS).reduce((sum, { count }) => sum + count, ungrouped);
  const more = left === 0 ? '' : `<p>${left} more exchanges in smaller groups: <code>--json</code> shows them.</p>`;
  return table(heads, groups.slice(0, MOST_ROWS).map(groupRow)) + more;
}

function groupRow({
  change,
  subject,
  destination,
  before,
  after,
  count,
  exchange,
  first,
  last,
}: ChangedGroup): readonly Cell[] {
  return [change, subject, destination, verdictText(before), verdictText(after), count, exchange, first, last];
}

function section(title: string, content: string): string {
  return `<section><h2>${shown(title)}</h2>${content}</section>`;
}

function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return '<p>None.</p>';
  const head = heads.map((text) => `<th scope="col">${shown(text)}</th>`).join('');
  const body = rows.map((cells) => `<tr>${cells.map(cell).join('')}</tr>`).join('\n');
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}

function cell(value: Cell): string {
  return typeof value === 'number' ? `<td class="count">${value}</td>` : `<td>${shown(value)}</td>`;
}

const REFERENCES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text in which no markup and no deceptive character is left. */
function shown(text: string): string {
  return escapeDeceptive(text).replaceAll(/[&<>"']/g, (character) => REFERENCES[character] ?? '');
}

const STYLE = `:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.4 }
body { margin: 0 }
main { max-width: 80rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin: 1.2rem 0 .4rem }
dl { display: grid; grid-template-columns: max-content max-content; gap: .1rem 1rem } dd { margin: 0; text-align: right }
table { border-collapse: collapse; width: 100%; font-size: .85rem }
th, td { text-align: left; vertical-align: top; padding: .2rem .5rem; border-bottom: 1px solid #8886; overflow-wrap: anywhere }
.count { text-align: right; font-variant-numeric: tabular-nums }
thead { display: table-header-group } tr { break-inside: avoid }
@media print { :root { color-scheme: light } main { max-width: none; padding: 0 } section { break-inside: auto } }
`;
