import type { IndexedExchange, IndexedSession } from '../../core/exchange/exchange-index.ts';
import { instantText } from '../../core/time-text.ts';
import type { MappedPlaceCount, RecordedExchange } from '../access/exchange-desk.ts';
import type { ExchangeAnswer, ExchangeSummary, PlacesAnswer, SessionItem } from './exchanges.ts';

/** An exchange as lists show it. */
export function exchangeSummary(exchange: IndexedExchange): ExchangeSummary {
  const { id, createdAt, session, subject, home, kind, method, target, decision, code, outcome } = exchange;
  const { wouldDeny, rules, place, transfer, approval } = exchange;
  return {
    id,
    state: outcome === undefined ? 'open' : 'ended',
    time: instantText(createdAt),
    ...(session !== undefined && { session }),
    ...(subject !== undefined && { agent: subject }),
    ...(home !== undefined && { home }),
    ...(kind !== undefined && { kind }),
    ...(method !== undefined && { method }),
    ...(target !== undefined && { target }),
    decision,
    ...(code !== undefined && { code }),
    ...(wouldDeny !== undefined && { wouldDeny }),
    rules: [...rules],
    ...(place !== undefined && { places: { ...place } }),
    ...(transfer !== undefined && { transfer }),
    ...(approval !== undefined && { approval }),
    ...(outcome !== undefined && outcomeMembers(outcome)),
  };
}

function outcomeMembers({ status, sent, received, total, findings }: NonNullable<IndexedExchange['outcome']>) {
  return {
    ...(status !== undefined && { status }),
    bytes: { sent, received },
    milliseconds: total,
    findings: { ...findings },
  };
}

/** An exchange, whole. */
export function exchangeAnswer({ exchange, records }: RecordedExchange): ExchangeAnswer {
  const { writer, seq, policy } = exchange;
  return { ...exchangeSummary(exchange), writer, seq, ...(policy !== undefined && { policy }), records: [...records] };
}

/** Counts of one place together. */
export function placesAnswer(counted: {
  readonly counts: readonly MappedPlaceCount[];
  readonly isWhole: boolean;
}): PlacesAnswer {
  const items = new Map<string, PlacesAnswer['items'][number]>();
  for (const { place, countries, decision, count } of counted.counts) {
    const before = items.get(place) ?? { id: place, countries: [...countries], permit: 0, hold: 0, deny: 0 };
    items.set(place, { ...before, [decision]: count });
  }
  return { items: [...items.values()], isWhole: counted.isWhole };
}

export function sessionItem({ id, subject, home, firstAt, lastAt, decisions, ...counts }: IndexedSession): SessionItem {
  return {
    id,
    state: 'recorded',
    ...(subject !== undefined && { agent: subject }),
    ...(home !== undefined && { home }),
    firstAt: instantText(firstAt),
    lastAt: instantText(lastAt),
    decisions: { ...decisions },
    bytes: { sent: counts.sent, received: counts.received },
    findings: counts.findings,
  };
}
