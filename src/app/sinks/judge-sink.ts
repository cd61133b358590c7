import { CODES } from '../../core/codes.ts';
import type { ExchangeId } from '../../core/ids.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { EndpointPolicy } from '../egress/own-endpoint-policy.ts';
import { judgeOwn } from '../egress/judge-own.ts';
import type { OwnEgress } from '../egress/own-request.ts';
import { ownExchange } from '../egress/own-exchange.ts';
import type { OwnMethod } from '../egress/pinned-exchange.ts';
import { SINK_SESSION } from './own-deliveries.ts';

/**
 * Judges a sink as each delivery will be, addresses included, before anything is sent: one whose evidence puts it elsewhere than
 * the settings say keeps the gateway from starting. What cannot be looked up now is judged with the first delivery.
 * @failure a sentence that names the setting
 */
export async function judgeSink(
  { label, host, own }: { readonly label: string; readonly host: string; readonly own: EndpointPolicy },
  method: OwnMethod,
  parts: Pick<OwnEgress, 'tables' | 'resolver' | 'clock'>,
): Promise<Result<void, string>> {
  const { form, policy, subject } = own;
  const asked = { id: 'sink' as ExchangeId, session: SINK_SESSION, method, form, subject, fields: {} };
  const exchange = ownExchange({ ...asked, startedAt: parts.clock.monotonic() });
  const judged = await judgeOwn(exchange, policy, { ...parts, tables: parts.tables() });
  if (judged.ok || CODES[judged.failure.code].kind !== 'denial') return ok(undefined);
  const { code, detail, reason } = judged.failure;
  return fail(`${label}: ${code}: ${detail ?? reason ?? 'nothing may be sent there'} (${host})`);
}
