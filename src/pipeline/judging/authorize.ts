import { LIFTABLE, type IpAddress } from '../../core/address.ts';
import type { Decision, DecisionRequest } from '../../core/exchange/decision.ts';
import { Defect } from '../../core/defect.ts';
import type { Accepted, Located } from '../../core/exchange/exchange.ts';
import type { InterceptPermit, Permit } from '../../core/exchange/permit.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { decide } from '../../policy/decide.ts';
import { outlook } from '../../policy/outlook.ts';
import { isGrpc } from '../../wire/http/grpc.ts';
import { brokenSignature } from './broken-signature.ts';
import { keptFields, misuseOf } from '../credentials/credential-use.ts';
import { decisionRequest } from './decision-request.ts';
import { undischarged } from './discharge.ts';
import { judgeName } from './judge-name.ts';
import { masksOf } from './masks-of.ts';
import { asHeld, withDecision, withIntercept, withPermit, withRelease } from './progress.ts';
import type { InForce } from './in-force.ts';
import type { Held, Permitted, Release } from './permitted.ts';
import { deny, type Refusal } from './refusal.ts';
import type { Services } from '../services.ts';

/** Judges a request whose method and path are known. */
export function authorizeRequest(located: Located, services: Services): Result<Permitted | Held, Refusal> {
  const inForce = services.inForce();
  const request = decisionRequest(located, located.destination, services.clock.now());
  const decision = decide(inForce.policy, request);
  // A permit that names the host shows that the name might be looked up; for anything else the name is judged alone first.
  if (located.recalled && decision.namesHost !== true) {
    const foreseen = judgeName(located, inForce, services);
    if (!foreseen.ok) return foreseen;
  }
  const permitted = checkPermitted(located, decision, inForce);
  if (!permitted.ok) return permitted;
  const authorized = withDecision(located, decision);
  const unspoken = unspokenProtocol(request) ?? unspokenVersion(located, request);
  if (unspoken !== undefined) return fail({ code: 'protocol_not_allowed', ...unspoken, progress: authorized });
  if (decision.effect === 'hold') return ok(asHeld(authorized));
  return ok(withPermit(authorized, mintPermit(located, decision, inForce)));
}

/**
 * Judges a held request again, now that people have agreed to it, and lets it go. What the policy in force says now must be
 * what they agreed to, or ask for less.
 *
 * @param located with the destination as it is now
 * @param covers whether they have agreed to such a decision
 * @failure any code of the decision; approval_stale where it asks for what nobody has agreed to
 */
export function authorizeReleased(
  located: Held,
  release: Release,
  covers: (decision: Decision) => boolean,
  services: Services,
): Result<Permitted & { readonly permit: Permit; readonly release: Release }, Refusal> {
  const inForce = services.inForce();
  const decision = decide(inForce.policy, decisionRequest(located, located.destination, services.clock.now()));
  const permitted = checkPermitted(located, decision, inForce);
  if (!permitted.ok) return permitted;
  if (decision.effect === 'hold' && !covers(decision)) {
    return fail({ code: 'approval_stale', progress: withDecision(located, decision) });
  }
  return ok(withRelease(withDecision(located, decision), mintPermit(located, decision, inForce), release));
}

/**
 * Judges a CONNECT by its authority alone. Where any rule that may match wants to see the requests inside, TLS is
 * terminated without dialling, and the first permitted inner request dials (contract §4.1.3).
 */
export function authorizeTunnel(located: Located, services: Services): Result<Permitted, Refusal> {
  const inForce = services.inForce();
  const request = decisionRequest(located, located.destination, services.clock.now());
  const foreseen = outlook(inForce.policy, { ...request, action: { ...request.action, visibility: 'inspected' } });
  if (located.recalled && foreseen.lookup !== 'permitted') {
    const named = judgeName(located, inForce, services);
    if (!named.ok) return named;
  }
  if (foreseen.inspect) {
    if (foreseen.denial !== undefined) return deny(foreseen.denial, located);
    return ok(withIntercept(withDecision(located, interception(located, inForce)), mintInterceptPermit(located)));
  }
  const decision = decide(inForce.policy, request);
  const permitted = checkPermitted(located, decision, inForce);
  if (!permitted.ok) return permitted;
  return ok(withPermit(withDecision(located, decision), mintPermit(located, decision, inForce), foreseen.tunnel));
}

interface Unspoken {
  readonly reason: string;
  readonly hint: string;
}

/** What a rule permits, but not in this protocol; undefined where the gateway speaks it. */
export function unspokenProtocol({ action, resource }: DecisionRequest): Unspoken | undefined {
  // A rule that says 443 means TLS; cleartext to that port would pass under it unseen by whoever wrote it.
  if (action.scheme === 'http' && resource.port === 443)
    return { reason: 'Found cleartext HTTP for port 443, expected TLS', hint: 'Use https://.' };
  return undefined;
}

// How a call ended stands in its trailers, which many clients of HTTP/1.1 never see.
function unspokenVersion({ httpVersion }: Located, { action }: DecisionRequest): Unspoken | undefined {
  if (httpVersion === '2' || !isGrpc(action.mediaType ?? '')) return undefined;
  return { reason: `Found gRPC over HTTP/${httpVersion}, expected HTTP/2`, hint: 'Let the client offer h2 in ALPN.' };
}

function checkPermitted(located: Located, decision: Decision, inForce: InForce): Result<void, Refusal> {
  if (decision.effect === 'deny') return deny(decision, located);
  const missing = undischarged(decision, located.kind);
  if (missing !== undefined) {
    const reason = `This version cannot discharge ${missing}`;
    return fail({ code: 'obligation_unsupported', reason, progress: withDecision(located, decision) });
  }
  const misuse = misuseOf(located, decision, inForce);
  if (misuse !== undefined) return fail({ ...misuse, progress: withDecision(located, decision) });
  const broken = brokenSignature(
    masksOf(decision.obligations).request,
    located.requestTarget,
    keptFields(located, decision, inForce),
  );
  if (broken !== undefined) return fail({ code: 'obligation_conflict', ...broken, progress: withDecision(located, decision) });
  return ok(undefined);
}

// The only place where a permit comes into being; an architecture test looks for others.
function mintPermit(located: Located, decision: Decision, inForce: InForce): Permit {
  const facts = (located.destination.addresses ?? []).filter(({ address }) => decision.dial.includes(address.text));
  const addresses: readonly IpAddress[] = facts.map(({ address }) => address);
  if (addresses.length === 0) throw new Defect('A permit without a judged address');
  const tls = decision.tls === undefined ? undefined : inForce.originTls.get(decision.tls.key);
  if (decision.tls !== undefined && tls === undefined) throw new Defect('A permit whose TLS files were not loaded');
  return {
    exchange: located.id,
    subject: located.subject.attributes.agent,
    generation: inForce.generation,
    scheme: located.scheme,
    authority: located.authority,
    addresses,
    internal: facts.every(({ class: kind }) => LIFTABLE.has(kind)),
    tls,
  } as unknown as Permit;
}

/**
 * Leave to end a client's TLS here. It dials nothing, so it needs no decision: what comes inside is judged on its own.
 */
export function mintInterceptPermit({ id, authority }: Accepted): InterceptPermit {
  return { exchange: id, authority } as unknown as InterceptPermit;
}

// What the record says about a tunnel whose requests are judged one by one.
function interception(located: Located, inForce: InForce): Decision {
  const { name, addresses = [] } = located.destination;
  const evidence = [...(name === undefined ? [] : [name.evidence]), ...addresses.flatMap((facts) => facts.evidence)];
  const unknown = { open: 'unknown', label: 'unknown' } as const;
  return {
    effect: 'permit',
    reason: 'TLS is inspected; every request inside is judged on its own',
    rules: [],
    destinations: [],
    obligations: [],
    judgement: {
      places: { entry: unknown, processing: unknown, storage: unknown },
      winners: {},
      evidence,
      contradictions: [],
      stale: false,
    },
    dial: [],
    policy: inForce.policy.policy.digest,
  };
}
