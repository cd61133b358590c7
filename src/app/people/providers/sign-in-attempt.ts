import { hash } from 'node:crypto';
import type { ConsoleSessionId } from '../../../core/ids.ts';
import type { Clock, Random } from '../../../core/ports.ts';
import type { Milliseconds } from '../../../core/units.ts';

/** How long a person may take at the identity provider. */
const LIFETIME: Milliseconds = 10 * 60_000;

/** One attempt to sign in, from leaving for the identity provider to coming back. */
export interface SignInAttempt {
  /** For a cookie of the browser that began it. */
  readonly cookie: string;
  /** RFC 6749 §10.12: whoever is led back without that cookie did not begin it. */
  readonly state: string;
  /** OpenID Connect Core §3.1.2.1. */
  readonly nonce: string;
  /** RFC 7636 §4.1. */
  readonly codeVerifier: string;
  /** SAML Core §3.2.1: the request that the answer must name. */
  readonly requestId: string;
  /** The person must show anew who it is. */
  readonly again: boolean;
  /** The session that the new one takes the place of. */
  readonly before: ConsoleSessionId | undefined;
}

/** Time, `again`, session and 256 random bits. */
const COOKIE = /^([0-9a-z]{1,11})\.([01])\.([0-9a-f]{20}|-)\.([A-Za-z0-9_-]{43})$/;

export function beginAttempt(
  { again, before }: Pick<SignInAttempt, 'again' | 'before'>,
  random: Random,
  clock: Clock,
): SignInAttempt {
  const secret = Buffer.from(random.bytes(32)).toString('base64url');
  return attempt(`${clock.now().toString(36)}.${again ? '1' : '0'}.${before ?? '-'}.${secret}`, again, before);
}

/** The attempt that a browser brings back; undefined when its cookie is none of ours, or too old. */
export function resumeAttempt(cookie: string, clock: Clock): SignInAttempt | undefined {
  const match = COOKIE.exec(cookie);
  if (match === null) return undefined;
  const age = clock.now() - Number.parseInt(match[1]!, 36);
  if (!(age >= 0 && age < LIFETIME)) return undefined;
  const before = match[3] === '-' ? undefined : (match[3] as ConsoleSessionId);
  return attempt(cookie, match[2] === '1', before);
}

/**
 * Everything is derived from the whole cookie: nothing has to be kept here, and a cookie in which anything was changed has
 * another state than the one that comes back from the identity provider.
 */
function attempt(cookie: string, again: boolean, before: ConsoleSessionId | undefined): SignInAttempt {
  const derive = (purpose: string): string => hash('sha256', `cordon sign-in ${purpose} ${cookie}`, 'base64url');
  return {
    cookie,
    state: derive('state'),
    nonce: derive('nonce'),
    codeVerifier: derive('code verifier'),
    // An identifier of XML does not begin with a digit.
    requestId: `_${derive('request')}`,
    again,
    before,
  };
}
