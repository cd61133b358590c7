import { shownBriefly } from '../shown-text.ts';
import { columns, type Terminal } from '../terminal.ts';
import type { Check } from './check.ts';
import type { RuntimeReport } from './check-runtimes.ts';

/** Longer ones are cut: `--json` has them whole. */
const LONGEST = 160;
const LONGEST_VERSION = 40;

/** What was found as tables, then what mends what is not well. */
export function doctorLines(
  terminal: Pick<Terminal, 'style'>,
  checks: readonly Check[],
  runtimes: readonly RuntimeReport[],
): readonly string[] {
  const unwell = [...checks, ...runtimes.flatMap((runtime) => runtime.checks)].filter(({ state }) => state !== 'ok');
  return [
    ...columns(checks.map(({ name, state, found }) => [name, state, shownBriefly(found, LONGEST)])),
    '',
    ...runtimeRows(runtimes),
    ...(unwell.length === 0 ? [] : ['', ...unwell.map((check) => remedy(terminal, check))]),
  ];
}

function runtimeRows(runtimes: readonly RuntimeReport[]): readonly string[] {
  if (runtimes.length === 0) return ['no runtime was tried'];
  return columns([
    ['RUNTIME', 'PROXY', 'CA', 'AGENT', 'KEPT IN', 'VERSION'],
    ...runtimes.map(({ name, proxy = '-', ca = '-', agent = '-', keptIn, version }) => [
      name,
      proxy,
      ca,
      agent,
      keptIn,
      shownBriefly(version, LONGEST_VERSION),
    ]),
  ]);
}

function remedy({ style }: Pick<Terminal, 'style'>, { name, state, found, mend }: Check): string {
  const head = style(state === 'failed' ? 'red' : 'yellow', `${state}: ${name}`);
  return `${head}: ${shownBriefly(found, LONGEST)}${mend === undefined ? '' : `\n  ${mend}`}`;
}
