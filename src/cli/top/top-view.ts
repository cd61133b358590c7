import type { LimitsAnswer } from '../../admin/contract.ts';
import type { Instant } from '../../core/units.ts';
import { span } from '../approvals/moments.ts';
import { shownBriefly, shownText } from '../shown-text.ts';
import { columns, cut, type Style, type Terminal } from '../terminal.ts';
import { type Occurrence, totalOf } from './busiest.ts';
import { amount, bytesText, dayAge, rate } from './figures.ts';
import type { Reading } from './reading.ts';

export interface TopFrame {
  readonly width: number;
  /** Lines that there are. */
  readonly height: number;
  readonly now: Instant;
  /** Of the admin API. */
  readonly origin: string;
  /** Since when it has not answered; absent while it does. */
  readonly goneSince?: Instant | undefined;
  readonly terminal: Pick<Terminal, 'style'>;
}

/** A line, and how it looks. */
interface Line {
  readonly text: string;
  readonly style?: Style | undefined;
}

/** Hosts may be longer. */
const LONGEST_NAME = 48;
/** Rows of a table where there is room; more are no overview. */
const MOST_ROWS = 10;

/** The lines of the terminal for one moment; `reading` is absent before the first. */
export function topView(reading: Reading | undefined, frame: TopFrame): string[] {
  const head: readonly Line[] = [titleOf(reading, frame), ...(reading === undefined ? [] : summaryOf(reading, frame.now))];
  const tables = reading === undefined ? [] : tablesOf(reading);
  // Each table has a blank line and a heading.
  const room = frame.height - head.length - tables.length * 2;
  const rows = Math.min(MOST_ROWS, Math.floor(room / Math.max(1, tables.length)));
  const below = rows < 1 ? [] : tables.flatMap((table) => ['', ...table.slice(0, rows + 1)].map(heading));
  return [...head, ...below].slice(0, frame.height).map(({ text, style }) => {
    const line = cut(text, frame.width);
    return style === undefined ? line : frame.terminal.style(style, line);
  });
}

function heading(text: string, index: number): Line {
  return { text, ...(index === 1 && { style: 'bold' }) };
}

function titleOf(reading: Reading | undefined, { origin, goneSince, now }: TopFrame): Line {
  if (goneSince !== undefined) {
    return { text: `cordon top  ${origin}  does not answer for ${span(now - goneSince)}; asking again`, style: 'red' };
  }
  if (reading === undefined) return { text: `cordon top  ${origin}  asking`, style: 'bold' };
  const state = reading.ready === undefined ? '' : reading.ready ? '  ready' : '  NOT READY';
  const text = `cordon top  ${origin}${state}  ${reading.time.replace(/\.\d+Z$/, 'Z')}`;
  return { text, style: reading.ready === false ? 'red' : 'bold' };
}

function summaryOf(reading: Reading, now: Instant): readonly Line[] {
  const { perSecond, running, pending, process, record } = reading;
  const codes = Object.entries(perSecond.codes).map(([code, each]) => `${shownText(code)} ${rate(each)}`);
  const waiting = pending === undefined ? '?' : `${pending.count}${pending.isMore ? '+' : ''}`;
  const lines: readonly (readonly [name: string, parts: readonly string[], style?: Style | undefined])[] = [
    ['decisions/s', [`permit ${rate(perSecond.permit)}`, `hold ${rate(perSecond.hold)}`, `deny ${rate(perSecond.deny)}`]],
    ['ended/s', [rate(perSecond.ended), `sent ${bytesText(perSecond.sent)}/s`, `received ${bytesText(perSecond.received)}/s`]],
    ['denied/s', codes],
    [
      'running',
      [`exchanges ${running.exchanges}`, `tunnels ${running.tunnels}`, `connections ${running.connections}`, `held ${waiting}`],
      pending !== undefined && pending.count > 0 ? 'yellow' : undefined,
    ],
    [
      'process',
      [
        `memory ${bytesText(process.residentBytes)}`,
        `CPU ${process.cpuCores.toFixed(2)} cores`,
        `event loop p99 ${(process.eventLoopDelaySeconds * 1000).toFixed(0)} ms`,
      ],
    ],
    ['record', [`waiting ${bytesText(record.waitingBytes)}`, ...reading.sinks.map(sinkText)]],
    ['tables', tableTexts(reading, now), hasBadTable(reading) ? 'yellow' : undefined],
    ['workers', workerTexts(reading), isMixed(reading) ? 'yellow' : undefined],
    ['alarms', reading.alarms.map(alarmText), reading.alarms.some(({ fresh }) => fresh > 0) ? 'red' : undefined],
    ...reading.problems.map((problem) => ['not shown', [shownText(problem)], 'yellow'] as const),
  ];
  return lines
    .filter(([, parts]) => parts.length > 0)
    .map(([name, parts, style]) => ({ text: `${name.padEnd(11)}  ${parts.join('   ')}`, style }));
}

function sinkText({ sink, lagSeconds, waitingRecords }: Reading['sinks'][number]): string {
  const records = waitingRecords === 0 ? '' : ` (${amount(waitingRecords)} records)`;
  return `${shownText(sink)} behind ${span(lagSeconds * 1000)}${records}`;
}

function hasBadTable({ tables = [] }: Reading): boolean {
  return tables.some(({ state }) => state !== 'current');
}

/** The oldest, and those that prove nothing now. */
function tableTexts({ tables, oldestTableSeconds }: Reading, now: Instant): readonly string[] {
  if (tables === undefined) return [];
  const bad = tables.filter(({ state }) => state !== 'current');
  const each = bad.map(
    ({ id, state, date }) => `${shownText(id)} ${state}${date === undefined ? '' : ` (${dayAge(date, now)})`}`,
  );
  return [`oldest ${span(oldestTableSeconds * 1000)}`, ...each];
}

function workerTexts({ workers, fleet, policy = '' }: Reading): readonly string[] {
  if (workers === undefined) return [];
  const each = workers.map(({ id, state, exchanges, restarts, policy: own = policy }) => {
    const more = `${restarts > 0 ? `, replaced ${restarts} times` : ''}${own === policy ? '' : ', other policy'}`;
    return `${shownText(id)} ${state}, ${exchanges} running${more}`;
  });
  const policies = new Set(fleet?.replicas.map((replica) => replica.policy));
  const replicas = fleet?.replicas.length ?? 0;
  const shared =
    replicas > 1 ? [`fleet of ${replicas}: ${policies.size === 1 ? 'one policy' : `${policies.size} policies`}`] : [];
  return [...each, ...shared, `policy ${shownBriefly(policy, 19)}`];
}

function isMixed({ workers = [], fleet, policy }: Reading): boolean {
  return fleet?.uniform === false || workers.some((worker) => worker.state !== 'ready' || (worker.policy ?? policy) !== policy);
}

function alarmText({ alarm, total, fresh }: Reading['alarms'][number]): string {
  return `${shownText(alarm)} ${amount(total)}${fresh > 0 ? ` (+${amount(fresh)})` : ''}`;
}

/** The tables below, each with its heading. */
function tablesOf({ agents = [], busiest, limits = [] }: Reading): readonly (readonly string[])[] {
  const tables: string[][] = [];
  if (busiest !== undefined) {
    const { seconds, exchanges } = busiest;
    const running = new Map(agents.map(({ id, exchanges: count }) => [id, count]));
    const seen = new Set(busiest.agents.map(({ name }) => name));
    const idle = agents.filter(({ id, exchanges: count }) => count > 0 && !seen.has(id));
    const all = [...busiest.agents, ...idle.map(({ id }) => ({ name: id, permit: 0, hold: 0, deny: 0 }))];
    const stopped = new Set(agents.filter(({ state }) => state === 'stopped').map(({ id }) => id));
    const last = (name: string): string => `${running.get(name) ?? 0}${stopped.has(name) ? ', stopped' : ''}`;
    const newest = `OF THE NEWEST ${exchanges}, ${Math.round(seconds)} s`;
    tables.push(
      occurrenceRows(`AGENT ${newest}`, all, seconds, { title: 'RUNNING', of: last }),
      occurrenceRows('DESTINATION', busiest.destinations, seconds),
      occurrenceRows('RULE', busiest.rules, seconds),
    );
  }
  if (limits.length > 0) tables.push(columns([['LIMIT', 'FOR', 'USED', 'OF', 'IN', 'BACK IN'], ...limits.map(limitRow)]));
  return tables;
}

function occurrenceRows(
  title: string,
  occurrences: readonly Occurrence[],
  seconds: number,
  more?: { readonly title: string; readonly of: (name: string) => string },
): string[] {
  return columns([
    [title, '/s', 'PERMIT', 'HOLD', 'DENY', more?.title ?? ''],
    ...occurrences
      .slice(0, MOST_ROWS)
      .map((each) => [
        shownBriefly(each.name, LONGEST_NAME),
        rate(totalOf(each) / seconds),
        ...[each.permit, each.hold, each.deny].map(String),
        more?.of(each.name) ?? '',
      ]),
  ]);
}

function limitRow(limit: LimitsAnswer['items'][number]): readonly string[] {
  const { by, name, unit, agent, session, destination, used, most, everySeconds, retryAfterSeconds } = limit;
  const holder = [agent, session, destination].filter((each) => each !== undefined).join(' ');
  const count = unit === 'bytes' ? bytesText : amount;
  return [
    shownText(`${by} ${name}`),
    shownBriefly(holder === '' ? 'all' : holder, LONGEST_NAME),
    `${count(used)} (${Math.floor((used / most) * 100)} %)`,
    `${count(most)}${unit === 'bytes' ? '' : ` ${unit}`}`,
    span(everySeconds * 1000),
    retryAfterSeconds === undefined ? '' : span(retryAfterSeconds * 1000),
  ];
}
