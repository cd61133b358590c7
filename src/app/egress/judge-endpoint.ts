import { CODES } from '../../core/codes.ts';
import type { ExchangeId, SessionId } from '../../core/ids.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { EndpointPolicy } from './own-endpoint-policy.ts';
import { judgeOwn } from './judge-own.ts';
import type { OwnEgress } from './own-request.ts';
import { ownExchange } from './own-exchange.ts';
import type { OwnMethod } from './pinned-exchange.ts';

interface JudgedEndpoint {
  /** The setting, for messages. */
  readonly label: string;
  readonly host: string;
  readonly own: EndpointPolicy;
  /** What its requests are for, as the record names it. */
  readonly session: SessionId;
}

/**
 * Judges an endpoint as each request to it will be, addresses included, before any is sent: one whose evidence puts it elsewhere than
 * the settings say keeps the gateway from starting. What cannot be looked up now is judged with the first request.
 * @failure a sentence that names the setting
 */
export async function judgeEndpoint(
  { label, host, own, session }: JudgedEndpoint,
  method: OwnMethod,
  parts: Pick<OwnEgress, 'tables' | 'resolver' | 'clock'>,
): Promise<Result<void, string>> {
  const { form, policy, subject } = own;
  const asked = { id: 'judged' as ExchangeId, session, method, form, subject, fields: {} };
  const exchange = ownExchange({ ...asked, startedAt: parts.clock.monotonic() });
  const judged = await judgeOwn(exchange, policy, { ...parts, tables: parts.tables() });
  if (judged.ok || CODES[judged.failure.code].kind !== 'denial') return ok(undefined);
  const { code, detail, reason } = judged.failure;
  return fail(`${label}: ${code}: ${detail ?? reason ?? 'nothing may be sent there'} (${host})`);
}
