import type { Code } from '../core/codes.ts';
import type { Decision, DecisionRequest } from '../core/exchange/decision.ts';
import type { Identified } from '../core/exchange/exchange.ts';
import type { DestinationFacts } from '../core/place/evidence.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { outlook } from '../policy/outlook.ts';
import { authorizeRequest, authorizeTunnel } from './judging/authorize.ts';
import { decisionRequest } from './judging/decision-request.ts';
import { spendLookup } from './judging/judge-name.ts';
import { locateQuery } from './judging/locate-query.ts';
import type { Services } from './services.ts';

/** What an agent is told about a request before it sends it; nothing that the answer to the request itself would not say. */
export type Foresight =
  | { readonly decision: 'permit' | 'possible'; readonly reason: string }
  | { readonly decision: 'hold'; readonly reason: string; readonly rules: readonly string[] }
  | { readonly decision: 'deny'; readonly code: Code; readonly reason: string; readonly rules: readonly string[] };

const MAY_HAVE_CONTENT = 'Nothing known of this request denies it; its content and header fields are judged when it is sent.';
const AS_IT_STANDS = 'Sent as it stands, without header fields of its own and without content, this request is permitted.';

/**
 * What would be decided about a request that was not sent: by name, method and path, and by the addresses where the name may
 * be looked up, which is where the request itself would look it up (invariant 3). Its content and its fields are unknown.
 */
export async function foresee(exchange: Identified, services: Services): Promise<Foresight> {
  const seen = exchange.scheme === 'https' && isJudgedWhole(exchange, services) ? asTunnel(exchange) : exchange;
  const located = await locateUnsent(seen, services);
  if (!located.ok) return located.failure;
  const denied = foreseenDenial(seen, located.value, services);
  if (denied !== undefined) return denied;
  if (seen.kind !== 'connect' && !isRead(seen.method)) return { decision: 'possible', reason: MAY_HAVE_CONTENT };
  // The very judgement that enforcement makes. Its permit is dropped here: nothing is dialled for a question.
  const authorize = seen.kind === 'connect' ? authorizeTunnel : authorizeRequest;
  const authorized = authorize({ ...seen, destination: located.value, recalled: false }, services);
  if (authorized.ok && 'held' in authorized.value) {
    return { decision: 'hold', reason: 'A person has to approve this request', rules: authorized.value.decision.rules };
  }
  if (authorized.ok) return { decision: 'permit', reason: AS_IT_STANDS };
  const { code, reason, detail, progress } = authorized.failure;
  return denial(code, reason ?? detail ?? '', progress.decision?.rules);
}

/** Where it goes, looked up only where a rule could permit it. */
async function locateUnsent(exchange: Identified, services: Services): Promise<Result<DestinationFacts, Foresight>> {
  const { host } = exchange.authority;
  const inForce = services.inForce();
  const known = locateQuery(exchange);
  const destination = inForce.locate(known);
  if (host.kind === 'address') return ok(destination);
  const foreseen = outlook(inForce.policy, unsent(exchange, destination, services));
  if (foreseen.denial !== undefined) return fail(denialOf(foreseen.denial));
  const failure = spendLookup(exchange, foreseen.lookup, services);
  if (failure !== undefined) return fail(denial(failure.code, failure.detail));
  const resolution = await services.resolver.resolve(host.name);
  // What name servers say in detail is for the record.
  if (!resolution.ok) return fail(denial(resolution.failure.code, 'The name cannot be looked up'));
  return ok(inForce.locate({ ...known, resolution: resolution.value }));
}

function foreseenDenial(exchange: Identified, destination: DestinationFacts, services: Services): Foresight | undefined {
  const foreseen = outlook(services.inForce().policy, unsent(exchange, destination, services));
  return foreseen.denial && denialOf(foreseen.denial);
}

/** Whether its CONNECT would be judged as a whole tunnel; method and path count for nothing then. */
function isJudgedWhole(exchange: Identified, services: Services): boolean {
  const tunnel = asTunnel(exchange);
  const inForce = services.inForce();
  return !outlook(inForce.policy, unsent(tunnel, inForce.locate(locateQuery(tunnel)), services)).inspect;
}

function asTunnel(exchange: Identified): Identified {
  return { ...exchange, kind: 'connect', visibility: 'opaque', method: 'CONNECT', requestTarget: '', path: undefined };
}

function unsent(exchange: Identified, destination: DestinationFacts, { clock }: Services): DecisionRequest {
  const { subject, action, resource, environment } = decisionRequest(exchange, destination, clock.now());
  const { kind, visibility, scheme, method, path } = action;
  return {
    subject,
    resource,
    environment,
    action: {
      kind,
      visibility,
      scheme,
      ...(method !== undefined && { method }),
      path,
      ...(isRead(method) && { mediaType: 'none' }),
    },
  };
}

function isRead(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD';
}

function denialOf({ code = 'no_rule', reason, rules }: Decision): Foresight {
  return denial(code, reason, rules);
}

function denial(code: Code, reason: string, rules: readonly string[] = []): Foresight {
  return { decision: 'deny', code, reason, rules };
}
