import type { Record as RecordLine } from '../../../src/core/exchange/record.ts';
import type { Lab } from '../../support/lab.ts';
import { BROKEN, DE, US, type Traffic } from './traffic.ts';

/** What a record may lack without anybody being wrong. */
export interface Leniency {
  /** A process died: what it had under way has a decision, and perhaps no outcome. */
  readonly killed?: boolean;
  /** Nothing could be written: refusals for that very reason are in no record, and outcomes of what was under way in a gap. */
  readonly unwritable?: boolean;
}

/**
 * Holds the record against what clients asked for and what came to origins: each line is something that is wrong.
 * Of everything that was answered there is one exchange on the record, with one outcome; whatever came to an origin was
 * permitted before; nothing came abroad, and no name was looked up that no rule covers.
 */
export function audit(lab: Lab, traffic: Traffic, records: readonly RecordLine[], leniency: Leniency): readonly string[] {
  return [...unrecorded(traffic, records, leniency), ...unended(records, leniency), ...strayed(lab, records)];
}

function unrecorded(traffic: Traffic, records: readonly RecordLine[], { unwritable = false }: Leniency): readonly string[] {
  const exchanges = exchangesByPath(records);
  const folded = new Map<string, number>();
  for (const each of records) if (each.kind === 'folded') folded.set(each.code, (folded.get(each.code) ?? 0) + each.count);
  return [...traffic.answers].flatMap(([path, answer]) => {
    const times = exchanges.get(path)?.size ?? 0;
    if (times > 1) return [`${path} (${answer}) is on the record ${times} times`];
    if (times === 1 || answer === BROKEN || (unwritable && answer === '503 audit_unavailable')) return [];
    const code = answer.split(' ')[1] ?? '';
    const counted = folded.get(code) ?? 0;
    if (counted === 0) return [`${path} (${answer}) is not on the record`];
    folded.set(code, counted - 1);
    return [];
  });
}

function exchangesByPath(records: readonly RecordLine[]): ReadonlyMap<string, ReadonlySet<string>> {
  const exchanges = new Map<string, Set<string>>();
  for (const record of records) {
    if (record.kind !== 'decision' || record.target === undefined) continue;
    const path = URL.parse(record.target)?.pathname ?? '';
    exchanges.set(path, (exchanges.get(path) ?? new Set()).add(record.exchange));
  }
  return exchanges;
}

function unended(records: readonly RecordLine[], { killed = false, unwritable = false }: Leniency): readonly string[] {
  const outcomes = new Map<string, number>();
  for (const record of records) {
    if (record.kind === 'outcome') outcomes.set(record.exchange, (outcomes.get(record.exchange) ?? 0) + 1);
  }
  // What a full disk has cost is told by a record of its own.
  const mayLack = killed || (unwritable && records.some(({ kind }) => kind === 'gap'));
  const decided = new Set(records.flatMap((each) => (each.kind === 'decision' ? [each.exchange] : [])));
  return [...decided].flatMap((exchange) => {
    const times = outcomes.get(exchange) ?? 0;
    return times === 1 || (mayLack && times === 0) ? [] : [`exchange ${exchange} has ${times} outcomes`];
  });
}

function strayed(lab: Lab, records: readonly RecordLine[]): readonly string[] {
  const permitted = new Set(
    records.flatMap((each) =>
      each.kind === 'decision' && each.decision === 'permit' ? [URL.parse(each.target ?? '')?.pathname ?? ''] : [],
    ),
  );
  return [
    ...lab.origin(DE).requests.flatMap(({ target }) => (permitted.has(target) ? [] : [`${target} came without a permit`])),
    ...lab.origin(US).connections.map(({ bytesReceived }) => `somebody came abroad, with ${bytesReceived} bytes`),
    ...lab.dns.queries.flatMap(({ name }) => (name.endsWith('.unnamed.example') ? [`${name} was looked up`] : [])),
  ];
}
