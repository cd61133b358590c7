import type { Accepted, Identified } from '../../core/exchange/exchange.ts';
import { ok, type Result } from '../../core/result.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import { parseIpAddress } from '../../wire/address/ip-address.ts';
import { hasLooped } from '../../wire/http/via.ts';
import { refuse, type Refusal } from './refusal.ts';
import type { Services } from '../services.ts';

type Identification = Result<Identified, Refusal> | Promise<Result<Identified, Refusal>>;

/** Identifies by what the request and its connection show: credential, source range (contract §4.1.8). */
export function identifyByCredentials(accepted: Accepted, services: Services): Identification {
  if (hasLooped(accepted.fields, services.pseudonym))
    return refuse({ code: 'loop', detail: 'Via names this gateway' }, accepted);
  const clientAddress = parseIpAddress(accepted.client.address);
  if (!clientAddress.ok) return refuse({ code: 'unidentified', detail: clientAddress.failure }, accepted);
  const authorization = fieldValue(accepted.fields, 'proxy-authorization');
  const sessionField = fieldValue(accepted.fields, 'cordon-session');
  const identified = services.identify({
    clientAddress: clientAddress.value,
    ...(authorization !== undefined && { authorization }),
    ...(sessionField !== undefined && { sessionField }),
  });
  const toIdentified = (result: Awaited<typeof identified>): Result<Identified, Refusal> =>
    result.ok ? ok({ ...accepted, subject: result.value }) : refuse(result.failure, accepted);
  return identified instanceof Promise ? identified.then(toIdentified) : toIdentified(identified);
}

/**
 * A request inside an intercepted tunnel is its tunnel's subject's. What the policy says about that agent is read anew: a
 * tunnel may outlive the policy it was opened under.
 */
export function identifyByTunnel(accepted: Accepted, services: Services): Identification {
  if (accepted.tunnel === undefined) return identifyByCredentials(accepted, services);
  if (hasLooped(accepted.fields, services.pseudonym))
    return refuse({ code: 'loop', detail: 'Via names this gateway' }, accepted);
  const { subject } = accepted.tunnel;
  if (subject === undefined)
    return refuse({ code: 'unidentified', detail: 'The tunnel was opened without an identity' }, accepted);
  const attributes = services.inForce().subjects.get(subject.attributes.agent);
  if (attributes === undefined) {
    return refuse({ code: 'unidentified', detail: `Agent ${subject.attributes.agent} is no longer in the policy` }, accepted);
  }
  return ok({ ...accepted, subject: { ...subject, attributes } });
}
