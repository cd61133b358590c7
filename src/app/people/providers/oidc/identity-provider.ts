import type { IDToken } from 'openid-client';
import type { IdentityProvider, Opened } from '../../../../admin/access/people.ts';
import type { Refusal } from '../../../../admin/problem.ts';
import { fail, ok, type Result } from '../../../../core/result.ts';
import type { PeopleParts } from '../../people-parts.ts';
import { claimedPerson } from './claimed-person.ts';
import type { IssuerClient } from './issuer-client.ts';
import type { OidcSettings } from './issuer-policy.ts';
import { leaveFor, refusePerson, refuseReturn } from '../led-back.ts';
import { resumeAttempt, type SignInAttempt } from '../sign-in-attempt.ts';
import { beginVouched } from '../vouched.ts';

export interface IdentityProviderParts {
  readonly people: PeopleParts;
  readonly issuer: IssuerClient;
  readonly roles: OidcSettings['roles'];
}

/** Signs people in with OpenID Connect. */
export function createIdentityProvider(parts: IdentityProviderParts): IdentityProvider {
  const { people, issuer } = parts;
  return {
    start: async (redirect, again, session) => {
      const attempt = await leaveFor(again, session, people);
      const location = await issuer.authorizationUrl(attempt, redirect);
      return location.ok ? ok({ location: location.value, cookie: attempt.cookie }) : fail(UNREACHABLE);
    },
    finish: async (callback, cookie, client) => {
      const attempt = cookie === undefined ? undefined : resumeAttempt(cookie, people.clock);
      if (attempt === undefined) return refuseReturn('without having been sent there', client, people);
      const claims = await issuer.claims(attempt, callback);
      if (claims.ok) return enter(claims.value, attempt, client, parts);
      if (claims.failure === 'unreachable') return fail(UNREACHABLE);
      return refuseReturn('with an answer that does not verify', client, people);
    },
  };
}

const UNREACHABLE: Refusal = { status: 502, detail: 'The identity provider does not answer as it should; the log says more' };

/** Opens the session of whoever the issuer vouches for. */
async function enter(
  claims: IDToken,
  { before }: SignInAttempt,
  client: string,
  { people, roles }: IdentityProviderParts,
): Promise<Result<Opened, Refusal>> {
  const claimed = claimedPerson(claims, roles);
  if (!claimed.ok) return refusePerson(claimed.failure, client, people);
  const now = people.clock.now();
  // It is asked for, and the client refuses an answer without it; were there none, nothing would be known to be fresh.
  const authTime = Math.min(now, (claims.auth_time ?? 0) * 1000);
  return beginVouched(
    { ...claimed.value, authTime, vouchedBy: claims.iss, subject: claims.sub, credential: 'oidc' },
    before,
    client,
    people,
  );
}
