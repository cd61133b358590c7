import type { Settings } from '../../../config/settings-schema.ts';
import { parsePerson } from '../../../core/people/person.ts';
import type { RoleAssignment } from '../../../core/people/role.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { CompiledPolicy, WorldData } from '../../../policy/model.ts';
import { scopePlaces } from '../../../policy/place/scope-places.ts';

/** Roles by group of an identity provider. */
export type GroupRoles = NonNullable<Settings['oidc']>['roles'];

/** Whom an identity provider vouches for, and what that person may do here. */
export interface KnownPerson {
  readonly person: string;
  readonly assignment: RoleAssignment;
}

/**
 * The role is that of the first group of `roles` that the person is in; roles are not added up, which would join groups of one
 * with places of another.
 *
 * @param told where the groups stand and which setting has the roles, for the person
 * @failure a sentence for the person
 */
export function personOf(
  mail: string,
  groups: readonly unknown[],
  roles: GroupRoles,
  told: string,
): Result<KnownPerson, string> {
  const person = parsePerson(mail);
  if (!person.ok) return fail(person.failure);
  const mine = new Set(groups);
  const [, role] = Object.entries(roles).find(([group]) => mine.has(group)) ?? [];
  if (role === undefined) return fail(`You are in none of the groups that have a role here (${told})`);
  return ok({ person: person.value, assignment: { role: role.role, groups: role.groups, places: role.places } });
}

/** A sentence about the first place of these roles that is none; undefined when all are. */
export function unknownRolePlace(
  setting: string,
  roles: GroupRoles,
  compiled: CompiledPolicy,
  world: WorldData,
): string | undefined {
  for (const [group, { places }] of Object.entries(roles)) {
    const [unknown] = scopePlaces(places, compiled, world).unknown;
    if (unknown !== undefined) return `${setting}.${group}.places: Found "${unknown}", expected a country or a set such as eu`;
  }
  return undefined;
}
