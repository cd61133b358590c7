import type { DecisionEvent, Record as RecordOf } from '../../core/exchange/record.ts';
import type { Instant } from '../../core/units.ts';
import { matchesHost, type HostPattern } from '../../wire/name/host-pattern.ts';
import { parseAbsoluteForm } from '../../wire/http/request-target.ts';
import { parseAuthority } from '../../wire/name/authority.ts';

/** Which records somebody wants; what is absent says nothing. */
export interface RecordFilter extends ExchangeFilter {
  readonly since?: Instant;
  /** The first instant that is too late. */
  readonly until?: Instant;
  /** An exchange is wanted with all of its records, by the time of its decision, and nothing but exchanges is. */
  readonly wholeExchanges?: boolean;
}

/** What is asked of the decision of an exchange. */
interface ExchangeFilter {
  /** Sessions by id. */
  readonly sessions?: ReadonlySet<string>;
  readonly subject?: string;
  /** Where it went, or would have: a name with everything below it, or an address as it is written in a URI. */
  readonly host?: HostFilter;
  readonly decision?: DecisionEvent['decision'];
}

/** Names by pattern, addresses by their text. */
export type HostFilter = { readonly pattern: HostPattern } | { readonly address: string };

/**
 * Tells record by record, in their order, whether it is wanted. What belongs to an exchange is wanted where its decision is,
 * since that alone says whose it is.
 */
export function wantedRecords({ since, until, wholeExchanges, ...asked }: RecordFilter): (record: RecordOf) => boolean {
  const isInTime = ({ time }: RecordOf): boolean => {
    const at = Date.parse(time);
    return (since === undefined || at >= since) && (until === undefined || at < until);
  };
  const asksForExchanges = wholeExchanges === true || Object.values(asked).some((each) => each !== undefined);
  if (!asksForExchanges) return isInTime;
  const asksForFolded = wholeExchanges !== true && isOnlySubject(asked);
  /** Exchanges that are wanted and have not ended. */
  const open = new Set<string>();
  return (record) => {
    switch (record.kind) {
      case 'decision': {
        const isWanted = open.has(record.exchange) || (isInTime(record) && isAsked(record, asked));
        if (isWanted) open.add(record.exchange);
        return isWanted;
      }
      case 'content':
      case 'progress':
        return open.has(record.exchange);
      case 'outcome':
        return open.delete(record.exchange);
      case 'folded':
        return asksForFolded && isInTime(record) && record.subject === asked.subject;
      case 'admin':
      case 'gap':
      case 'policy':
        return false;
    }
  };
}

function isAsked(record: DecisionEvent, { sessions, subject, host, decision }: ExchangeFilter): boolean {
  if (subject !== undefined && record.subject !== subject) return false;
  if (decision !== undefined && record.decision !== decision) return false;
  if (sessions !== undefined && (record.session === undefined || !sessions.has(record.session))) return false;
  return host === undefined || isAt(record, host);
}

/** What was folded says no more than whose it is. */
function isOnlySubject({ sessions, host, decision }: ExchangeFilter): boolean {
  return sessions === undefined && host === undefined && decision === undefined;
}

function isAt({ exchangeKind, target }: DecisionEvent, asked: HostFilter): boolean {
  if (target === undefined) return false;
  const read = exchangeKind === 'connect' ? parseAuthority(target) : parseAbsoluteForm(target);
  if (!read.ok) return false;
  const { host } = 'authority' in read.value ? read.value.authority : read.value;
  if ('address' in asked) return host.kind === 'address' && host.address.text === asked.address;
  return host.kind === 'name' && matchesHost(asked.pattern, host.name);
}
