import type { DecisionEvent, Record as RecordOf } from '../../core/exchange/record.ts';
import type { Instant } from '../../core/units.ts';

/** Which records somebody wants; what is absent says nothing. */
export interface RecordFilter {
  /** Sessions by id. */
  readonly sessions?: ReadonlySet<string>;
  readonly subject?: string;
  readonly since?: Instant;
}

/**
 * Tells record by record, in their order, whether it is wanted. What belongs to an exchange is wanted where its decision is,
 * since that alone says whose it is.
 */
export function wantedRecords({ since, ...whose }: RecordFilter): (record: RecordOf) => boolean {
  const asksWhose = whose.sessions !== undefined || whose.subject !== undefined;
  /** Exchanges that are wanted and have not ended. */
  const open = new Set<string>();
  return (record) => {
    const isInTime = since === undefined || Date.parse(record.time) >= since;
    if (!asksWhose) return isInTime;
    switch (record.kind) {
      case 'decision': {
        const isWanted = isInTime && isOf(record, whose);
        if (isWanted) open.add(record.exchange);
        return isWanted;
      }
      case 'content':
      case 'progress':
        return open.has(record.exchange);
      case 'outcome':
        return open.delete(record.exchange);
      case 'folded':
        return isInTime && whose.sessions === undefined && record.subject === whose.subject;
      case 'admin':
      case 'gap':
      case 'policy':
        return false;
    }
  };
}

function isOf({ session, subject }: DecisionEvent, whose: Pick<RecordFilter, 'sessions' | 'subject'>): boolean {
  if (whose.subject !== undefined && subject !== whose.subject) return false;
  return whose.sessions === undefined || (session !== undefined && whose.sessions.has(session));
}
