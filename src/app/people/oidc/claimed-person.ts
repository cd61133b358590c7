import type { IDToken } from 'openid-client';
import { parsePerson } from '../../../core/people/person.ts';
import type { RoleAssignment } from '../../../core/people/role.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { OidcSettings } from './issuer-policy.ts';

/** Whom an identity provider vouches for, and what that person may do here. */
export interface ClaimedPerson {
  readonly person: string;
  readonly assignment: RoleAssignment;
}

/**
 * The person and the role that verified claims stand for. The person is the mail address, and only one that the provider has
 * verified: a name that people can choose would let a requester approve as somebody else. The role is that of the first group
 * of `oidc.roles` that the person is in; roles are not added up, which would join groups of one with places of another.
 * @failure a sentence for the person
 */
export function claimedPerson(claims: IDToken, roles: OidcSettings['roles']): Result<ClaimedPerson, string> {
  const { email, email_verified: isVerified, groups } = claims;
  if (typeof email !== 'string' || isVerified !== true) {
    return fail('The identity provider states no verified mail address (claims email and email_verified)');
  }
  const person = parsePerson(email);
  if (!person.ok) return fail(person.failure);
  const mine = new Set(Array.isArray(groups) ? groups : []);
  const [, role] = Object.entries(roles).find(([group]) => mine.has(group)) ?? [];
  if (role === undefined) return fail('You are in none of the groups that have a role here (claim groups, setting oidc.roles)');
  return ok({ person: person.value, assignment: { role: role.role, groups: role.groups, places: role.places } });
}
