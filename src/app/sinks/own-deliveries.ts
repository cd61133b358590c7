import { BoundedMap } from '../../core/bounded-map.ts';
import type { RecordEvent } from '../../core/exchange/record.ts';
import type { ExchangeId, SessionId } from '../../core/ids.ts';
import { SECRETS_SESSION } from '../secrets/vault-server.ts';

/** The session in which sinks are told: each request is an exchange of the gateway itself, and on the record. */
export const SINK_SESSION = 'sink' as SessionId;

/** Exchanges that run at once are few; those behind are forgotten. */
const CAPACITY = 1024;
/** Reading the secret of a sink is part of telling it; another one is read with an exchange of an agent, which is a reason by itself. */
const SESSIONS: readonly SessionId[] = [SINK_SESSION, SECRETS_SESSION];
const MARKS = SESSIONS.map((session) => `"session":"${session}"`);

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
      if (other !== undefined && !MARKS.some((mark) => line.includes(mark))) continue;
      if (!this.#isOwn(JSON.parse(line.toString('latin1')) as RecordEvent)) other ??= line;
    }
    return other;
  }

  #isOwn(event: RecordEvent): boolean {
    if (event.kind === 'outcome') return this.#exchanges.get(event.exchange) !== undefined;
    // Agents can name a session like these, but `self` is nobody's address.
    if (event.kind !== 'decision' || event.client !== 'self') return false;
    if (event.session === undefined || !SESSIONS.includes(event.session)) return false;
    this.#exchanges.set(event.exchange, true);
    return true;
  }
}
