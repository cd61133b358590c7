import type { Record as RecordLine } from '../../src/core/exchange/record.ts';
import { EXPECTED, isDenied, kindOf, KINDS, type Kind, type Ledger } from './ledger.ts';

/** What a record has of one exchange. */
interface Exchange {
  /** Of a request of the soak; absent for tunnels and for what the gateway asks for itself. */
  path?: string;
  readonly decisions: string[];
  outcomes: number;
}

/** The books of a soak against its record: each problem in words, none when every exchange is recorded exactly once. */
export function reconcile(ledger: Ledger, records: Iterable<RecordLine>): readonly string[] {
  const exchanges = new Map<string, Exchange>();
  const folded = new Map<string, number>();
  for (const record of records) {
    if (record.kind === 'folded') folded.set(record.code, (folded.get(record.code) ?? 0) + record.count);
    else if (record.kind === 'decision' || record.kind === 'outcome') {
      const exchange = exchanges.get(record.exchange) ?? { decisions: [], outcomes: 0 };
      exchanges.set(record.exchange, exchange);
      if (record.kind === 'outcome') exchange.outcomes += 1;
      else {
        exchange.decisions.push(record.decision);
        const path = pathOf(record.target);
        if (path !== undefined) exchange.path = path;
      }
    }
  }
  return [...unpaired(exchanges), ...unbooked(ledger, exchanges, folded)];
}

/** Decisions without exactly one outcome, and the other way round. */
function unpaired(exchanges: ReadonlyMap<string, Exchange>): readonly string[] {
  return [...exchanges].flatMap(([id, { path = 'no request of the soak', decisions, outcomes }]) => {
    const isOnce = decisions.length === 1 || decisions.join() === 'hold,permit';
    return isOnce && outcomes === 1 ? [] : [`exchange ${id} (${path}): decisions [${decisions.join()}], ${outcomes} outcomes`];
  });
}

function unbooked(
  ledger: Ledger,
  exchanges: ReadonlyMap<string, Exchange>,
  folded: ReadonlyMap<string, number>,
): readonly string[] {
  const recorded = Map.groupBy(exchanges.values(), ({ path }) => path ?? '');
  return [...unrecorded(ledger, recorded, folded), ...[...ledger.arrivals].flatMap((each) => misplaced(each, recorded))];
}

type ByPath = ReadonlyMap<string, readonly Exchange[]>;

/** Requests that are not recorded exactly once; of denials some may be counted instead. */
function unrecorded({ answers }: Ledger, recorded: ByPath, folded: ReadonlyMap<string, number>): readonly string[] {
  const missing = new Map<Kind, number>(KINDS.map((kind) => [kind, 0]));
  const problems: string[] = [];
  for (const path of answers.keys()) {
    const kind = kindOf(path);
    const times = recorded.get(path)?.length ?? 0;
    if (times === 0 && isDenied(kind)) missing.set(kind, missing.get(kind)! + 1);
    else if (times !== 1) problems.push(`${path} is recorded ${times} times`);
  }
  for (const kind of KINDS.filter(isDenied)) {
    const counted = folded.get(EXPECTED[kind].split(' ')[1] ?? '') ?? 0;
    if (missing.get(kind) === counted) continue;
    problems.push(`${missing.get(kind)} of ${kind} have no record, and ${counted} are folded`);
  }
  return problems;
}

/** What is wrong with a path that came to an origin so many times. */
function misplaced([path, times]: readonly [string, number], recorded: ByPath): readonly string[] {
  const isPermitted = recorded.get(path)?.some(({ decisions }) => decisions.includes('permit')) === true;
  return [
    ...(times === 1 ? [] : [`${path} arrived ${times} times`]),
    ...(isDenied(kindOf(path)) ? [`${path} arrived`] : []),
    ...(isPermitted ? [] : [`${path} arrived without a permit on the record`]),
  ];
}

function pathOf(target: string | undefined): string | undefined {
  const path = target === undefined ? undefined : URL.parse(target)?.pathname;
  return KINDS.some((kind) => path?.startsWith(`/${kind}/`)) ? path : undefined;
}
