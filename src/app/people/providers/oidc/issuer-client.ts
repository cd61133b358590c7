import * as oidc from 'openid-client';
import type { Clock } from '../../../../core/ports.ts';
import { fail, ok, type Result } from '../../../../core/result.ts';
import type { Milliseconds } from '../../../../core/units.ts';
import type { Log } from '../../../../telemetry/log.ts';
import { IssuerUnreachable } from './issuer-fetch.ts';
import type { OidcSettings } from './issuer-policy.ts';
import type { SignInAttempt } from '../sign-in-attempt.ts';

export interface IssuerClientParts {
  readonly settings: OidcSettings;
  readonly fetch: oidc.CustomFetch;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is asked of an issuer. Why something failed is in the log. */
export interface IssuerClient {
  /** Where a browser is sent to sign in. */
  authorizationUrl(attempt: SignInAttempt, redirect: string): Promise<Result<string, 'unreachable'>>;
  /** What the issuer states, once code, state, nonce, verifier, signature, audience and age are all as they must be. */
  claims(attempt: SignInAttempt, callback: string): Promise<Result<oidc.IDToken, 'refused' | 'unreachable'>>;
}

/** How long what the issuer publishes about itself is taken for current. */
const METADATA_AGE: Milliseconds = 3_600_000;
/** Seconds since the person was last asked: as long as a session lasts, or as `approval.step-up` asks. */
const MAX_AGE = { usual: 12 * 3600, again: 300 } as const;

/** The OpenID client of the gateway: authorization code with PKCE, as a public client. */
export function createIssuerClient(parts: IssuerClientParts): IssuerClient {
  const configuration = configurationSource(parts);
  return {
    authorizationUrl: async (attempt, redirect) => {
      const config = await configuration();
      if (!config.ok) return config;
      return ok(oidc.buildAuthorizationUrl(config.value, await authorizationRequest(attempt, redirect, config.value)).href);
    },
    claims: async (attempt, callback) => {
      const config = await configuration();
      return config.ok ? verifiedClaims(config.value, callback, attempt, parts) : config;
    },
  };
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
function configurationSource(parts: IssuerClientParts): () => Promise<Result<oidc.Configuration, 'unreachable'>> {
  const { settings, fetch, clock, log } = parts;
  let known: { readonly config: oidc.Configuration; readonly at: number } | undefined;
  return async () => {
    const now = clock.monotonic();
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
      return fail('unreachable');
    }
  };
}

async function verifiedClaims(
  config: oidc.Configuration,
  callback: string,
  attempt: SignInAttempt,
  { log }: IssuerClientParts,
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
