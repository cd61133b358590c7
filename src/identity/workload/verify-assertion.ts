import { hash } from 'node:crypto';
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type CryptoKey,
  type JWTPayload,
  type JWTVerifyResult,
} from 'jose';
import type { Workload } from '../../core/agent.ts';
import type { Failure } from '../../core/codes.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant, Milliseconds } from '../../core/units.ts';

/** What the signature of an assertion is looked up by: no key, and no address of one, is taken from the assertion itself. */
export interface KeyHint {
  readonly alg: string;
  readonly kid: string | undefined;
}

/** @failure unidentified: the issuer publishes no such key; any other: it cannot be asked */
export type FindKey = (issuer: string, hint: KeyHint) => Promise<Result<CryptoKey, Failure>>;

export interface AssertionRules {
  /** The one audience that an assertion must be made out to. */
  readonly audience: string;
  /** Undefined for an issuer that is not believed. */
  readonly findKey: FindKey;
  readonly now: Instant;
}

/** A verified JWT of a workload (RFC 7523 §3). */
export interface Assertion {
  readonly workload: Workload;
  /** Hex: the same for whatever counts as the same assertion. */
  readonly digest: string;
  /** When it would be refused anyway. */
  readonly endsAt: Instant;
  /** Of the issuer, for the record. */
  readonly jti: string | undefined;
}

/** Longer ones are not read. Those of Kubernetes and GitHub have about 1.5 kB. */
const MAX_LENGTH = 16_384;
/** How far the clock of an issuer may be off. */
const SKEW: Milliseconds = 60_000;
/** An assertion that is good for longer is none that a platform made for one run. */
const LONGEST: Milliseconds = 24 * 3_600_000;
/** Signatures that only the issuer can make: no `none`, and no HMAC, whose key would be a published one. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];
/** What is signed for something else, such as a logout or a proof of possession, names its type (RFC 8725 §3.11). */
const TYPES: ReadonlySet<unknown> = new Set([undefined, 'JWT', 'jwt', 'at+jwt', 'application/at+jwt']);
/** OpenID Connect Core §2 bounds a subject so. */
const SUBJECT = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;
const KEY_ID = /^[\x20-\x7e]{1,200}$/;
const JTI = /^[\x21-\x7e]{1,255}$/;

/**
 * Verifies what an issuer states of a workload: signature, issuer, audience, time and form (RFC 7523 §3, RFC 8725).
 * @failure unidentified, with the reason for the record; what `findKey` gives
 */
export async function verifyAssertion(
  text: string,
  { audience, findKey, now }: AssertionRules,
): Promise<Result<Assertion, Failure>> {
  const read = readUnverified(text);
  if (!read.ok) return read;
  const { issuer, hint } = read.value;
  const key = await findKey(issuer, hint);
  if (!key.ok) return key;
  const options = {
    algorithms: ALGORITHMS,
    issuer,
    audience,
    clockTolerance: SKEW / 1000,
    currentDate: new Date(now),
    requiredClaims: ['sub', 'exp', 'iat'],
  };
  const verified = await attempt(() => jwtVerify(text, key.value, options));
  if (!verified.ok) return verified;
  const problem = problemOf(verified.value.payload, now);
  return problem === undefined ? ok(assertionOf(text, verified.value, audience)) : refuse(problem);
}

/** Who is said to have signed it, to find the key that tells. */
function readUnverified(text: string): Result<{ readonly issuer: string; readonly hint: KeyHint }, Failure> {
  if (text.length > MAX_LENGTH)
    return refuse(`Found an assertion of ${text.length} characters, expected at most ${MAX_LENGTH}`);
  try {
    const { alg, kid, typ } = decodeProtectedHeader(text);
    const { iss } = decodeJwt(text);
    if (alg === undefined || !ALGORITHMS.includes(alg))
      return refuse('Found an assertion with another algorithm than those of signatures');
    if (!TYPES.has(typ)) return refuse('Found an assertion that its type says is for something else');
    if (kid !== undefined && (typeof kid !== 'string' || !KEY_ID.test(kid)))
      return refuse('Found an assertion with a key id that is none');
    return typeof iss === 'string' ? ok({ issuer: iss, hint: { alg, kid } }) : refuse('Found an assertion without issuer');
  } catch {
    return refuse('Found a subject token that is no signed JWT');
  }
}

async function attempt(verify: () => Promise<JWTVerifyResult>): Promise<Result<JWTVerifyResult, Failure>> {
  try {
    return ok(await verify());
  } catch (error) {
    const claim =
      error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired ? `: ${error.claim}` : '';
    return refuse(
      `The assertion does not verify${claim} (${error instanceof errors.JOSEError ? error.code : 'its key does not serve'})`,
    );
  }
}

/** What is wrong with verified claims, beyond what RFC 7519 asks. */
function problemOf({ aud, azp, sub, exp = 0, iat = 0, jti }: JWTPayload, now: Instant): string | undefined {
  // Whoever else it is made out to could show it here.
  if ([aud].flat().length !== 1) return 'Found an assertion for several audiences, expected one for this gateway alone';
  if (azp !== undefined && typeof azp !== 'string') return 'Found an assertion whose azp is no text';
  if (typeof sub !== 'string' || !SUBJECT.test(sub))
    return 'Found an assertion without a subject of 1 to 255 printable characters';
  if (iat * 1000 > now + SKEW) return 'Found an assertion from the future (iat)';
  if (!(exp - iat > 0 && (exp - iat) * 1000 <= LONGEST))
    return `Found an assertion for longer than a day, expected one that was made for this run`;
  return jti === undefined || (typeof jti === 'string' && JTI.test(jti))
    ? undefined
    : 'Found an assertion whose jti is no text';
}

function assertionOf(text: string, { payload }: JWTVerifyResult, audience: string): Assertion {
  const { iss: issuer = '', sub: subject = '', exp = 0, jti } = payload;
  const claims = Object.fromEntries(
    Object.entries(payload).flatMap(([name, value]) => {
      const stated = claimText(value);
      // Of whom it was made for, the audience says the same.
      return stated === undefined || (name === 'azp' && stated === audience) ? [] : [[name, stated]];
    }),
  );
  // Not the whole text: an ECDSA signature can be written in another way by whoever saw it.
  const same = jti === undefined ? ['signed', text.slice(0, text.lastIndexOf('.'))] : ['jti', issuer, jti];
  const digest = hash('sha256', JSON.stringify(same));
  return { workload: { issuer, subject, claims }, digest, endsAt: exp * 1000 + SKEW, jti };
}

/** A claim as policies compare it; lists and objects are compared with nothing. */
function claimText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' || typeof value === 'number' ? String(value) : undefined;
}

function refuse(detail: string): Result<never, Failure> {
  return fail({ code: 'unidentified', detail });
}
