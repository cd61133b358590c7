import type { AgentDeclaration } from '../../core/agent.ts';
import { coversHome } from '../../core/people/covers-home.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { RoleAssignment } from '../../core/people/role.ts';
import { scopePlaces, type ScopePlaces } from '../../policy/place/scope-places.ts';
import type { PolicyInForce } from '../in-force.ts';

/** What names in scopes mean under the policy in force. */
export interface ScopeView {
  places(names: readonly string[]): ScopePlaces;
  agent(id: string): AgentDeclaration | undefined;
}

export function scopeView(inForce: PolicyInForce): ScopeView {
  return {
    places: (names) => scopePlaces(names, inForce.compiled, inForce.tables.world),
    agent: (id) => inForce.compiled.agents.find(({ attributes }) => attributes.agent === id),
  };
}

/**
 * Whether a role with this scope is within that of `by`: who is scoped gives out nothing wider. Without groups or places of
 * its own, a role covers all of them.
 */
export function coversAssignment(by: Principal, { groups, places }: RoleAssignment, view: ScopeView): boolean {
  const hasGroups = by.groups.length === 0 || (groups.length > 0 && groups.every((group) => by.groups.includes(group)));
  if (by.places.any) return hasGroups;
  const wanted = view.places(places).places;
  return hasGroups && !wanted.any && wanted.countries.isSubsetOf(by.places.countries);
}

/** Whether all of where an agent is at home is within the scope of `by`; an agent that is gone is within every scope. */
export function coversAgent(by: Principal, agent: AgentDeclaration | undefined): boolean {
  return agent === undefined || coversHome(by.places, agent.attributes.home);
}
