import type { Failure } from '../../core/codes.ts';
import type { SubjectAttributes } from '../../core/exchange/decision.ts';
import type { Authorized } from '../../core/exchange/exchange.ts';
import type { ExchangeId, SessionId } from '../../core/ids.ts';
import type { Clock, Journal, Resolver } from '../../core/ports.ts';
import type { Result } from '../../core/result.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import type { PreparedPolicy } from '../../policy/target-index.ts';
import type { Parent } from '../../upstream/parent/parent.ts';
import type { AbsoluteForm } from '../../wire/http/request-target.ts';
import { judgeOwn, recordOwn } from './judge-own.ts';
import { ownExchange, ownOutcome } from './own-exchange.ts';
import { lengthOf, type OwnAnswer, type OwnMessage, type OwnTls, pinnedExchange, undelivered } from './pinned-exchange.ts';

/** What the gateway's own requests go out with. */
export interface OwnEgress {
  readonly tables: () => GeoTables;
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly newExchangeId: () => ExchangeId;
  /** What they leave through; undefined: their receivers are dialled straight. */
  readonly parent: Parent | undefined;
}

/** A request of the gateway itself, and what it is permitted by. */
export interface OwnOrder {
  /** What it is for, as the record names it: `sign-in`, `webhook`. */
  readonly session: SessionId;
  readonly form: AbsoluteForm;
  readonly policy: PreparedPolicy;
  readonly subject: SubjectAttributes;
  readonly message: OwnMessage;
  /** Whom its receiver is believed from, and what is shown to it, where only the decision tells; absent: as the message says. */
  readonly tlsOf?: ((judged: Authorized) => OwnTls) | undefined;
  /** Stands on the record for a path that is a secret itself. */
  readonly shownPath?: string | undefined;
}

/**
 * Sends a request of the gateway itself: an exchange of the subject `cordon`, judged, recorded before it is dialled, pinned to
 * the judged addresses, and recorded when it is over (invariants 1, 2, 9 and 10).
 *
 * @param carry what connects to the judged addresses
 * @failure any code of the decision; audit_unavailable; what {@link pinnedExchange} gives
 */
export async function sendOwn(order: OwnOrder, egress: OwnEgress, carry = pinnedExchange): Promise<Result<OwnAnswer, Failure>> {
  const { session, form, policy, subject, message, tlsOf, shownPath } = order;
  const { clock, journal, newExchangeId } = egress;
  const { method, fields, content } = message;
  // No policy of the gateway's own looks at paths.
  const shown = shownPath === undefined ? form : { ...form, requestTarget: shownPath, path: shownPath };
  const asked = { id: newExchangeId(), session, method, form: shown, subject, fields };
  const exchange = ownExchange({ ...asked, startedAt: clock.monotonic() });
  const judged = await judgeOwn(exchange, policy, { tables: egress.tables(), resolver: egress.resolver, clock });
  const permitted = await recordOwn(judged, journal);
  const secured = judged.ok && tlsOf !== undefined ? { ...message, ...tlsOf(judged.value) } : message;
  const delivery = permitted.ok ? await carry(form, permitted.value, secured, egress.parent) : undelivered(permitted.failure);
  await journal.append(ownOutcome(exchange, delivery, lengthOf(content), clock.monotonic()));
  return delivery.answer;
}
