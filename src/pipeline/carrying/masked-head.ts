import { maskFields } from '../../transform/masking/mask-fields.ts';
import { maskTarget } from '../../transform/masking/mask-target.ts';
import type { OutgoingRequest } from '../../upstream/exchange.ts';
import type { ExchangeMasking } from '../content/exchange-masking.ts';
import type { Permitted } from '../judging/permitted.ts';
import { CREDENTIAL_FIELDS, type LeavingBy, outgoingFields } from './outgoing.ts';

/** Method, target and fields of a request as they leave, masked where a rule asks for it; its content changes nothing of them yet. */
export function maskedHead(
  permitted: Permitted,
  { request }: ExchangeMasking,
  leaving: LeavingBy,
): Pick<OutgoingRequest, 'method' | 'target' | 'fields'> {
  const { method, requestTarget } = permitted;
  const fields = outgoingFields(permitted, leaving);
  if (request === undefined) return { method, target: requestTarget, fields };
  const { masking } = request;
  const ofFields = masking.of('fields');
  return {
    method,
    target: maskTarget(requestTarget, { path: masking.of('path'), query: masking.of('query') }),
    fields: ofFields === undefined ? fields : maskFields(fields, ofFields, CREDENTIAL_FIELDS),
  };
}
