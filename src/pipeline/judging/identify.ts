import type { IpAddress } from '../../core/address.ts';
import type { Failure } from '../../core/codes.ts';
import type { Accepted, Identified, Subject } from '../../core/exchange/exchange.ts';
import { ok, type Result } from '../../core/result.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import { parseIpAddress } from '../../wire/address/ip-address.ts';
import { hasLooped } from '../../wire/http/via.ts';
import { currentSubject } from './current-subject.ts';
import { withSubject } from './progress.ts';
import { refuse, type Refusal } from './refusal.ts';
import type { Services } from '../services.ts';

type Identification = Result<Identified, Refusal> | Promise<Result<Identified, Refusal>>;

/** Identifies by what the request and its connection show: credential, source range (contract §4.1.8). */
export function identifyByCredentials(accepted: Accepted, services: Services): Identification {
  if (hasLooped(accepted.fields, services.pseudonym))
    return refuse({ code: 'loop', detail: 'Via names this gateway' }, accepted);
  const clientAddress = addressOf(accepted.client);
  if (!clientAddress.ok) return refuse({ code: 'unidentified', detail: clientAddress.failure }, accepted);
  const identified = services.identify({
    clientAddress: clientAddress.value,
    certificate: accepted.client.certificate,
    authorization: fieldValue(accepted.fields, 'proxy-authorization'),
    sessionField: fieldValue(accepted.fields, 'cordon-session'),
  });
  if (identified instanceof Promise) return identified.then((result) => toIdentified(accepted, result, services));
  return toIdentified(accepted, identified, services);
}

function toIdentified(
  accepted: Accepted,
  result: Result<Subject, Failure>,
  { stopped }: Pick<Services, 'stopped'>,
): Result<Identified, Refusal> {
  if (!result.ok) return refuse(result.failure, accepted);
  const identified = withSubject(accepted, result.value);
  const goesOn = stopped.check(result.value.attributes.agent);
  return goesOn.ok ? ok(identified) : refuse(goesOn.failure, identified);
}

/** The address of a connection is the same for all of its requests; listeners hand out one object per connection. */
const ADDRESSES = new WeakMap<Accepted['client'], Result<IpAddress, string>>();

function addressOf(client: Accepted['client']): Result<IpAddress, string> {
  const known = ADDRESSES.get(client);
  if (known !== undefined) return known;
  const address = parseIpAddress(client.address);
  ADDRESSES.set(client, address);
  return address;
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
  const current = currentSubject(subject, services.inForce());
  if (current === undefined) {
    return refuse({ code: 'unidentified', detail: `Agent ${subject.attributes.agent} is no longer in the policy` }, accepted);
  }
  return toIdentified(accepted, ok(current), services);
}
