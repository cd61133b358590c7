import type { DecisionRequest } from '../../core/exchange/decision.ts';
import type { AddressFacts } from '../../core/place/evidence.ts';
import type { DestinationId } from '../../core/ids.ts';
import { judge } from '../judge.ts';
import { withAddressStatements } from './address-statements.ts';
import type { PreparedPolicy, Unresolved } from '../target-index.ts';
import type { Entry } from '../target/bucket.ts';
import type { PreparedDestination, Statement } from '../target/prepared.ts';
import type { Judged } from '../place/standing.ts';
import { coversTarget, matchesPort, targetOf, type Target } from '../target/covers-target.ts';

/** A request beside everything of the policy that can bear on it. */
export interface Weighed {
  readonly policy: PreparedPolicy;
  readonly request: DecisionRequest;
  readonly target: Target;
  /** The addresses judged together; absent while a name is not looked up. */
  readonly addresses: readonly AddressFacts[] | undefined;
  /** Destinations whose hosts or addresses can match, with the agent's rules. */
  readonly entries: readonly Entry[];
  /** Destinations that the target falls under, sorted. */
  readonly destinations: readonly PreparedDestination[];
  readonly judged: Judged;
  /** The addresses will never be known: conditions on them are not judged (contract §5). */
  readonly nameOnly: boolean;
}

/** What besides the request is given: which of its addresses are judged, and how names without addresses are read. */
export interface Scope {
  readonly addresses: readonly AddressFacts[] | undefined;
  readonly nameOnly: boolean;
  readonly unresolved: Unresolved;
}

/** Finds the rules that can bear on a request and judges where its destination is. */
export function weigh(policy: PreparedPolicy, request: DecisionRequest, scope: Scope): Weighed {
  const { addresses, nameOnly } = scope;
  const target = targetOf(request.resource, addresses);
  const entries = policy.index.find(request.subject.agent, target, scope.unresolved);
  const destinations = fallsUnder(entries, target);
  const { now } = request.environment;
  const judged = judge({
    facts: request.resource,
    addresses: addresses && withAddressStatements(addresses, { entries, whole: destinations, target, now }),
    statements: statementsOf(destinations),
    visibility: request.action.visibility,
    now,
    nameOnly,
  });
  return { policy, request, target, addresses, entries, destinations, judged, nameOnly };
}

/** Whether the target certainly is one of the destination's, as a permit reads it. Places are not asked: they follow from here. */
function isUnder(prepared: PreparedDestination, target: Target): boolean {
  return !prepared.any && matchesPort(prepared, target.port) && coversTarget(prepared, target, 'narrow') === 'yes';
}

const NO_DESTINATIONS: readonly PreparedDestination[] = [];
const NO_STATEMENTS: readonly Statement[] = [];

function fallsUnder(entries: readonly Entry[], target: Target): readonly PreparedDestination[] {
  let found: PreparedDestination[] | undefined;
  for (const { prepared } of entries) {
    if (!isUnder(prepared, target)) continue;
    if (found === undefined) found = [prepared];
    else if (!found.includes(prepared)) found.push(prepared);
  }
  if (found === undefined) return NO_DESTINATIONS;
  return found.length === 1 ? found : found.sort(byId);
}

function byId(a: PreparedDestination, b: PreparedDestination): number {
  return a.destination.id < b.destination.id ? -1 : 1;
}

function statementsOf(destinations: readonly PreparedDestination[]): readonly Statement[] {
  let found = NO_STATEMENTS;
  for (const { statements } of destinations) {
    if (statements.length > 0) found = found.length === 0 ? statements : [...found, ...statements];
  }
  return found;
}

/** The ids of destinations, for the record. */
export function idsOf(destinations: readonly PreparedDestination[]): readonly DestinationId[] {
  return destinations.map((prepared) => prepared.destination.id);
}
