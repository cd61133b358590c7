import type { DecisionRequest } from '../../core/exchange/decision.ts';
import { outlook } from '../outlook.ts';
import type { PreparedPolicy } from '../target-index.ts';

/**
 * An https request as the gateway will come to judge it. Where every rule that may match says `inspect: false`, its tunnel
 * is judged as a whole, and nothing inside it is known (contract §4.1.3). Any other request is returned as it is.
 */
export function seenRequest(policy: PreparedPolicy, request: DecisionRequest): DecisionRequest {
  if (request.action.scheme !== 'https') return request;
  const tunnel: DecisionRequest = {
    ...request,
    action: { kind: 'connect', visibility: 'opaque', scheme: 'https' },
  };
  return outlook(policy, tunnel).inspect ? request : tunnel;
}
