import { BoundedMap } from '../../core/bounded-map.ts';
import type { RecordEvent } from '../../core/exchange/record.ts';
import type { ExchangeId, SessionId } from '../../core/ids.ts';

/** The session in which sinks are told: each request is an exchange of the gateway itself, and on the record. */
export const SINK_SESSION = 'sink' as SessionId;

/** Exchanges that run at once are few; those behind are forgotten. */
const CAPACITY = 1024;
const MARK = `"session":"${SINK_SESSION}"`;

/**
 * Knows the records that come of copying records. They are copied like all others, but are no reason to: otherwise each
 * delivery would bring about the next one, for ever.
 */
export class OwnDeliveries {
  readonly #exchanges = new BoundedMap<ExchangeId, true>(CAPACITY);

  /** The first other record among these lines; asked in the order of the chain, as often as one likes. */
  firstOther(lines: readonly Buffer[]): Buffer | undefined {
    // Once one is there, what matters is only which exchanges are to be known later.
    let other: Buffer | undefined;
    for (const line of lines) {
      if (other !== undefined && !line.includes(MARK)) continue;
      if (!this.#isOwn(JSON.parse(line.toString('latin1')) as RecordEvent)) other ??= line;
    }
    return other;
  }

  #isOwn(event: RecordEvent): boolean {
    if (event.kind === 'outcome') return this.#exchanges.get(event.exchange) !== undefined;
    // Agents can name a session like this, but `self` is nobody's address.
    if (event.kind !== 'decision' || event.session !== SINK_SESSION || event.client !== 'self') return false;
    this.#exchanges.set(event.exchange, true);
    return true;
  }
}
