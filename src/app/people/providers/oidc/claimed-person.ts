import type { IDToken } from 'openid-client';
import { fail, type Result } from '../../../../core/result.ts';
import { personOf, type KnownPerson } from '../known-person.ts';
import type { OidcSettings } from './issuer-policy.ts';

/**
 * The person and the role that verified claims stand for. The person is the mail address, and only one that the provider has
 * verified: a name that people can choose would let a requester approve as somebody else.
 * @failure a sentence for the person
 */
export function claimedPerson(claims: IDToken, roles: OidcSettings['roles']): Result<KnownPerson, string> {
  const { email, email_verified: isVerified, groups } = claims;
  if (typeof email !== 'string' || isVerified !== true) {
    return fail('The identity provider states no verified mail address (claims email and email_verified)');
  }
  return personOf(email, Array.isArray(groups) ? groups : [], roles, GROUPS);
}

const GROUPS = 'claim groups, setting oidc.roles';
