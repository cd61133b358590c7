import { markdownTable } from '../masking/page/page-block.ts';
import { CODING_AGENT, MEASURED } from './costs.ts';
import { type Cell, requestKinds, sizeCell, TARGET_LOAD } from './cell.ts';
import { simulateWaiting } from './waiting.ts';

const REGIONS = 30;
const AGENTS = [100, 10_000, 1_000_000] as const;
/** Share of all agents in the largest of the regions: they are not spread evenly. */
const LARGEST = 0.2;
const LOADS = [0.3, 0.5, TARGET_LOAD, 0.7, 0.8, 0.9] as const;

/** What stands in the blocks of `docs/scale.md`, by name. */
export interface ScaleTables {
  readonly cells: string;
  readonly limits: string;
  readonly waiting: string;
}

export function scaleTables(): ScaleTables {
  const cells = AGENTS.map((all) => sizeCell(all * LARGEST, MEASURED, CODING_AGENT));
  return { cells: cellsTable(cells), limits: limitsTable(cells), waiting: waitingTable() };
}

/** The page with the tables in their blocks. */
export function scalePage(page: string, tables: ScaleTables): string {
  return Object.entries(tables).reduce((text, [name, table]) => {
    const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
    const from = text.indexOf(begin) + begin.length;
    const to = text.indexOf(end);
    if (from < begin.length || to < from) throw new Error(`docs/scale.md has no block ${name}`);
    return `${text.slice(0, from)}\n\n${table}\n\n${text.slice(to)}`;
  }, page);
}

const HEAD = ['', ...AGENTS.map((all) => `${count(all)} agents in all`)];

function rows(cells: readonly Cell[], told: Readonly<Record<string, (cell: Cell) => string>>): string {
  const lines = Object.entries(told).map(([what, tell]) => [what, ...cells.map(tell)]);
  return markdownTable(HEAD, '|---|---:|---:|---:|', lines);
}

function cellsTable(cells: readonly Cell[]): string {
  return rows(cells, {
    [`agents in the largest of ${REGIONS} regions`]: ({ agents }) => count(agents),
    'requests in a second, at the busiest hour': ({ requestsPerSecond }) => figure(requestsPerSecond),
    'cores that are busy': ({ cpu }) => figure(cpu),
    [`processes (workers) at ${TARGET_LOAD * 100} % load, two at least`]: ({ processes }) => count(processes),
    'memory of all': ({ memory }) => `${figure(memory / 1e9)} GB`,
    'sealed records in a day, without content': ({ recordedPerDay }) => `${figure(recordedPerDay / 1e9)} GB`,
  });
}

function limitsTable(cells: readonly Cell[]): string {
  return rows(cells, {
    'PostgreSQL: tokens looked up in a second': ({ postgres }) => figure(postgres.tokens),
    'PostgreSQL: commits for holds in a second': ({ postgres }) => figure(postgres.holds),
    'PostgreSQL: rows of the index in a second': ({ postgres }) => figure(postgres.indexRows),
    'S3: objects written in a second': ({ putsPerSecond }) => figure(putsPerSecond),
    'DNS: look-ups in a second': ({ lookups }) => figure(lookups),
    'connections to the busiest origin at once': ({ portsToOneOrigin }) => count(portsToOneOrigin),
    'source addresses that these need, 28,000 ports each': ({ portsToOneOrigin }) =>
      count(Math.ceil(portsToOneOrigin / 28_000)),
  });
}

function waitingTable(): string {
  const kinds = requestKinds(MEASURED, CODING_AGENT);
  const lines = LOADS.map((load) => {
    const { p50, p99 } = simulateWaiting({ processes: 8, load, kinds, requests: 400_000, seed: 1 });
    return [`${load * 100} %`, `${figure(p50 / 1000)} ms`, `${figure(p99 / 1000)} ms`];
  });
  return markdownTable(['load of each process', 'waiting, p50', 'p99'], '|---|---:|---:|', lines);
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Two significant digits: the model knows no more. */
function figure(value: number): string {
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(2));
  return rounded >= 1000 ? count(rounded) : String(rounded);
}
