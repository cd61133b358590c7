import * as oidc from 'openid-client';
import type { IdentityProvider, Opened } from '../../../admin/access/people.ts';
import type { Refusal } from '../../../admin/problem.ts';
import type { Failure } from '../../../core/codes.ts';
import type { ConsoleSessionId } from '../../../core/ids.ts';
import type { Principal } from '../../../core/people/principal.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { Milliseconds } from '../../../core/units.ts';
import type { SignIn } from '../../../identity/people/open-session.ts';
import type { Log } from '../../../telemetry/log.ts';
import { refuseAttempt } from '../authenticate.ts';
import type { PeopleParts } from '../people-parts.ts';
import { beginSession, presentedSession } from '../sessions.ts';
import { claimedPerson } from './claimed-person.ts';
import { IssuerUnreachable } from './issuer-fetch.ts';
import type { OidcSettings } from './issuer-policy.ts';
import { beginAttempt, resumeAttempt, type SignInAttempt } from './sign-in-attempt.ts';

export interface IdentityProviderParts {
  readonly people: PeopleParts;
  readonly settings: OidcSettings;
  readonly fetch: oidc.CustomFetch;
  readonly log: Log;
}

/** How long what the issuer publishes about itself is taken for current. */
const METADATA_AGE: Milliseconds = 3_600_000;
/** Seconds since the person was last asked: as long as a session lasts, or as `approval.step-up` asks. */
const MAX_AGE = { usual: 12 * 3600, again: 300 } as const;

/** Signs people in with OpenID Connect: authorization code with PKCE, as a public client. */
export function createIdentityProvider(parts: IdentityProviderParts): IdentityProvider {
  const { people } = parts;
  const configuration = configurationSource(parts);
  return {
    start: async (redirect, again, session) => {
      const config = await configuration();
      if (!config.ok) return config;
      const before = session === undefined ? undefined : (await presentedSession(session, people))?.id;
      const attempt = beginAttempt({ again, before }, people.random, people.clock);
      const location = oidc.buildAuthorizationUrl(config.value, await authorizationRequest(attempt, redirect, config.value));
      return ok({ location: location.href, cookie: attempt.cookie });
    },
    finish: async (callback, cookie, client) => {
      const attempt = cookie === undefined ? undefined : resumeAttempt(cookie, people.clock);
      if (attempt === undefined) return refuseAttempt(refused('without having been sent there'), client, people);
      const config = await configuration();
      if (!config.ok) return config;
      const claims = await verifiedClaims(config.value, callback, attempt, parts);
      if (!claims.ok && claims.failure === 'unreachable') return fail(UNREACHABLE);
      if (!claims.ok) return refuseAttempt(refused('with an answer that does not verify'), client, people);
      return enter(claims.value, attempt, client, parts);
    },
  };
}

const UNREACHABLE: Refusal = { status: 502, detail: 'The identity provider does not answer as it should; the log says more' };

function refused(how: string): Failure {
  return { code: 'unidentified', detail: `Led back from the identity provider ${how}` };
}

async function authorizationRequest(
  attempt: SignInAttempt,
  redirect: string,
  config: oidc.Configuration,
): Promise<Record<string, string>> {
  // Some providers take a scope for the groups, some refuse one that they do not know.
  const takesGroups = config.serverMetadata().scopes_supported?.includes('groups') === true;
  const { state, nonce, codeVerifier, again } = attempt;
  return {
    redirect_uri: redirect,
    scope: takesGroups ? 'openid email groups' : 'openid email',
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    // With it the issuer must say when the person was last asked (OpenID Connect Core §3.1.2.1).
    max_age: String(maxAge(attempt)),
    ...(again && { prompt: 'login' }),
  };
}

function maxAge({ again }: SignInAttempt): number {
  return again ? MAX_AGE.again : MAX_AGE.usual;
}

/** The issuer as it describes itself, asked for when it is needed first and again after a while. */
function configurationSource({
  settings,
  fetch,
  people,
  log,
}: IdentityProviderParts): () => Promise<Result<oidc.Configuration, Refusal>> {
  let known: { readonly config: oidc.Configuration; readonly at: number } | undefined;
  return async () => {
    const now = people.clock.monotonic();
    if (known !== undefined && now - known.at < METADATA_AGE) return ok(known.config);
    try {
      const issuer = new URL(settings.issuer);
      const config = await oidc.discovery(issuer, settings['client-id'], undefined, oidc.None(), {
        [oidc.customFetch]: fetch,
        // Signatures are verified even where TLS vouches for the answer.
        execute: [oidc.enableNonRepudiationChecks, ...(issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [])],
      });
      known = { config, at: now };
      return ok(config);
    } catch (error) {
      log.error({ detail: reasonOf(error) }, 'The identity provider cannot be used');
      return fail(UNREACHABLE);
    }
  };
}

/** What the issuer states, once code, state, nonce, verifier, signature, audience and age are all as they must be. */
async function verifiedClaims(
  config: oidc.Configuration,
  callback: string,
  attempt: SignInAttempt,
  { log }: IdentityProviderParts,
): Promise<Result<oidc.IDToken, 'refused' | 'unreachable'>> {
  try {
    const tokens = await oidc.authorizationCodeGrant(config, new URL(callback), {
      pkceCodeVerifier: attempt.codeVerifier,
      expectedState: attempt.state,
      expectedNonce: attempt.nonce,
      idTokenExpected: true,
      maxAge: maxAge(attempt),
    });
    const claims = tokens.claims();
    return claims === undefined ? fail('refused') : ok(claims);
  } catch (error) {
    log.warn({ detail: reasonOf(error) }, 'A sign-in was refused');
    return fail(isUnreachable(error) ? 'unreachable' : 'refused');
  }
}

/** Opens the session of whoever the issuer vouches for. */
async function enter(
  claims: oidc.IDToken,
  { before }: SignInAttempt,
  client: string,
  { people, settings }: IdentityProviderParts,
): Promise<Result<Opened, Refusal>> {
  const claimed = claimedPerson(claims, settings.roles);
  if (!claimed.ok) {
    people.refused.note(client, claimed.failure);
    return fail({ status: 403, detail: claimed.failure });
  }
  const { person, assignment } = claimed.value;
  const now = people.clock.now();
  const authTime = Math.min(now, (claims.auth_time ?? claims.iat) * 1000);
  const signIn: SignIn = { person, assignment, authTime, vouchedBy: claims.iss };
  const { places } = people.scope.places(assignment.places);
  const by: Principal = {
    person,
    role: assignment.role,
    groups: assignment.groups,
    places,
    authTime,
    vouchedBy: claims.iss,
    credential: 'oidc',
    client,
  };
  const replaced = await sessionOf(person, before, people);
  return beginSession(signIn, by, { before: replaced, details: { issuer: claims.iss, subject: claims.sub } }, people);
}

/** The session that the browser left with, if it is of the same person: its cookie does not come along on the way back. */
async function sessionOf(
  person: string,
  id: ConsoleSessionId | undefined,
  { sessions }: PeopleParts,
): Promise<ConsoleSessionId | undefined> {
  const found = id === undefined ? undefined : await sessions.find(id);
  return found?.ok === true && found.value?.session.person === person ? id : undefined;
}

/** Whether the issuer could not be asked, however deep the client has wrapped that. */
function isUnreachable(error: unknown): boolean {
  return error instanceof IssuerUnreachable || (error instanceof Error && isUnreachable(error.cause));
}

/** Names of what went wrong, outermost first: a message may quote what the issuer sent. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return `thrown ${typeof error}`;
  const code = 'code' in error && typeof error.code === 'string' ? ` ${error.code}` : '';
  const own = error instanceof IssuerUnreachable ? `: ${error.message}` : '';
  const inner = error.cause instanceof Error ? ` because of ${reasonOf(error.cause)}` : '';
  return `${error.name}${code}${own}${inner}`;
}
