import { hash } from 'node:crypto';
import type { Opened, SamlSignIn } from '../../../../admin/access/people.ts';
import type { Refusal } from '../../../../admin/problem.ts';
import type { AssertionStore } from '../../../../core/ports.ts';
import { fail, type Result } from '../../../../core/result.ts';
import type { Milliseconds } from '../../../../core/units.ts';
import type { PeopleParts } from '../../people-parts.ts';
import { leaveFor, refusePerson, refuseReturn } from '../led-back.ts';
import { resumeAttempt, type SignInAttempt } from '../sign-in-attempt.ts';
import { unavailable } from '../../unavailable.ts';
import { beginVouched } from '../vouched.ts';
import { assertedPerson, type SamlSettings } from './asserted-person.ts';
import type { ServiceProvider } from './service-provider.ts';
import { CLOCK_SKEW, type VerifiedAssertion } from './verified-assertion.ts';

export interface SamlSignInParts {
  readonly people: PeopleParts;
  readonly provider: ServiceProvider;
  readonly assertions: AssertionStore;
  readonly settings: SamlSettings;
}

/** How long ago a person may have shown who it is who was asked to do it anew: as long as `approval.step-up` takes it for fresh. */
const FRESH: Milliseconds = 300_000;

/** Signs people in with SAML 2.0. */
export function createSamlSignIn(parts: SamlSignInParts): SamlSignIn {
  const { people, provider } = parts;
  return {
    start: async (callback, again, session) => {
      const attempt = await leaveFor(again, session, people);
      return { location: await provider.requestUrl(attempt, callback), cookie: attempt.cookie };
    },
    finish: async (response, callback, cookie, client) => {
      const attempt = cookie === undefined ? undefined : resumeAttempt(cookie, people.clock);
      if (attempt === undefined) return refuseReturn('without having been sent there', client, people);
      const assertion = await provider.assertion(attempt, response, callback);
      if (!assertion.ok) return refuseReturn('with an answer that does not verify', client, people);
      if (attempt.again && assertion.value.authTime < people.clock.now() - FRESH - CLOCK_SKEW) {
        return fail({ status: 403, detail: 'The identity provider did not ask you anew who you are' });
      }
      return enter(assertion.value, attempt, client, parts);
    },
    metadata: (callback) => provider.metadata(callback),
  };
}

/** Opens the session of whoever an assertion vouches for, once. */
async function enter(
  assertion: VerifiedAssertion,
  { before }: SignInAttempt,
  client: string,
  { people, assertions, settings }: SamlSignInParts,
): Promise<Result<Opened, Refusal>> {
  const { id, endsAt, nameId, authTime } = assertion;
  const known = assertedPerson(assertion, settings);
  if (!known.ok) return refusePerson(known.failure, client, people);
  // SAML Profiles §4.1.4.5: an assertion lets in once, also where replicas share a store.
  const taken = await assertions.take(hash('sha256', `saml ${settings.issuer} ${id}`, 'base64url'), endsAt);
  if (!taken.ok) return fail(unavailable(taken.failure));
  if (!taken.value) return refuseReturn('with an answer that was given before', client, people);
  const vouched = { ...known.value, authTime, vouchedBy: settings.issuer, credential: 'saml' } as const;
  return beginVouched({ ...vouched, subject: nameId ?? known.value.person }, before, client, people);
}
