import type { Host } from '../core/address.ts';
import type { Decision, DecisionRequest, Visibility } from '../core/exchange/decision.ts';
import type { AddressFacts } from '../core/place/evidence.ts';
import { matchesHost } from '../wire/name/host-pattern.ts';
import { denied } from './decision/denial.ts';
import { isFiltering } from './decision/filter.ts';
import { floorDenial } from './decision/floors.ts';
import { findProspects, type Passing, type Prospects } from './decision/prospects.ts';
import { certainRefusal } from './decision/residency.ts';
import { nearestDenial } from './decision/rule-denial.ts';
import { weigh, type Weighed } from './decision/weigh.ts';
import type { CompiledRule } from './model.ts';
import type { PreparedPolicy } from './target-index.ts';

/** What can be said before everything is known: of a CONNECT, or of a name that is not looked up yet. */
export interface Outlook {
  /** No completion of what is not known can give a permit or a hold. */
  readonly denial?: Decision;
  /** Whether the name may be looked up (contract §4.1.6); `budgeted`: only `*` or observe mode covers it. */
  readonly lookup: 'permitted' | 'budgeted' | 'forbidden';
  /** False only when every rule that may match says `inspect: false`: the tunnel is then judged as a whole. */
  readonly inspect: boolean;
  /** What a tunnel that is judged as a whole must speak: the strictest of the permits that may match. */
  readonly tunnel: CompiledRule['tunnel'];
}

/**
 * Looks ahead with what is known so far. The visibility of a CONNECT is not settled yet and is not asked. Without addresses
 * the place is never certain, so ask again once the name is looked up.
 */
export function outlook(policy: PreparedPolicy, request: DecisionRequest): Outlook {
  const { addresses } = request.resource;
  const isTunnel = request.action.kind === 'connect';
  const first = look(policy, isTunnel ? seenAs(request, 'inspected') : request, addresses);
  const prospects = findProspects(first);
  const inspect = prospects.inspect || prospects.passing.length === 0;
  const weighed = inspect || !isTunnel ? first : look(policy, seenAs(request, 'opaque'), addresses);
  const denial = certainDenial(weighed, prospects);
  return {
    ...(denial !== undefined && { denial }),
    lookup: denial === undefined ? lookupFor(request, prospects.passing) : 'forbidden',
    inspect,
    tunnel: strictestTunnel(prospects.passing),
  };
}

function look(policy: PreparedPolicy, request: DecisionRequest, addresses: readonly AddressFacts[] | undefined): Weighed {
  return weigh(policy, request, { addresses, nameOnly: false, unresolved: 'undecided' });
}

function seenAs(request: DecisionRequest, visibility: Visibility): DecisionRequest {
  return { ...request, action: { ...request.action, visibility } };
}

/** The denial that stands whatever else becomes known; where addresses are filtered, only when it stands for each alone. */
function certainDenial(weighed: Weighed, prospects: Prospects): Decision | undefined {
  const { addresses, policy, request } = weighed;
  const denial = denialNow(weighed, prospects);
  if (denial === undefined || addresses === undefined || addresses.length < 2 || !isFiltering(weighed)) return denial;
  const standsForEach = addresses.every((facts) => {
    const alone = look(policy, request, [facts]);
    return denialNow(alone, findProspects(alone)) !== undefined;
  });
  return standsForEach ? denial : undefined;
}

function denialNow(weighed: Weighed, { certainDenies, passing, candidates }: Prospects): Decision | undefined {
  const floor = floorDenial(weighed);
  if (floor !== undefined) return denied(weighed, floor);
  if (weighed.request.subject.mode === 'enforce') {
    if (certainDenies.length > 0) {
      const ids = certainDenies.map(({ rule }) => rule.id).sort();
      return denied(weighed, { code: 'denied_by_rule', reason: `Denied by ${ids.join(', ')}` }, certainDenies);
    }
    if (passing.length === 0) return denied(weighed, nearestDenial(weighed));
  }
  const refusal = certainRefusal(weighed, candidates);
  return refusal === undefined ? undefined : denied(weighed, refusal);
}

function lookupFor({ resource, subject }: DecisionRequest, passing: readonly Passing[]): Outlook['lookup'] {
  const { host } = resource;
  if (host.kind === 'address') return 'forbidden';
  if (passing.some(({ prepared }) => isNamedBy(prepared.destination.hosts, host))) return 'permitted';
  const isCovered = passing.some(({ prepared }) => prepared.destination.hosts !== undefined);
  return isCovered || subject.mode === 'observe' ? 'budgeted' : 'forbidden';
}

function isNamedBy(hosts: Passing['prepared']['destination']['hosts'], host: Extract<Host, { kind: 'name' }>): boolean {
  return hosts?.some((pattern) => pattern.kind !== 'any' && matchesHost(pattern, host.name)) ?? false;
}

function strictestTunnel(passing: readonly Passing[]): CompiledRule['tunnel'] {
  const tunnels = passing.filter(({ rule }) => rule.rule.effect === 'permit').map(({ rule }) => rule.rule.tunnel);
  const isOpen = tunnels.length > 0;
  return {
    protocol: isOpen && tunnels.every(({ protocol }) => protocol === 'any') ? 'any' : 'tls',
    sni: isOpen && tunnels.every(({ sni }) => sni === 'optional') ? 'optional' : 'required',
  };
}
