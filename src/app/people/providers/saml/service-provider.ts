import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import type { Clock } from '../../../../core/ports.ts';
import { fail, type Result } from '../../../../core/result.ts';
import type { Log } from '../../../../telemetry/log.ts';
import type { SignInAttempt } from '../sign-in-attempt.ts';
import type { SamlSettings } from './asserted-person.ts';
import { CLOCK_SKEW, type VerifiedAssertion, verifyAssertion } from './verified-assertion.ts';

export interface ServiceProviderParts {
  readonly settings: SamlSettings;
  /** Of the provider, PEM; several while it changes its key. */
  readonly certificates: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

/** The gateway as a service provider of SAML 2.0 (Web Browser SSO Profile). It asks by redirect and is answered by POST. */
export interface ServiceProvider {
  /** Where a browser is sent to sign in. @param callback where the provider answers */
  requestUrl(attempt: SignInAttempt, callback: string): Promise<string>;
  /**
   * What the provider states, once signature, issuer, audience, recipient, request and time are all as they must be. Why
   * something failed is in the log.
   *
   * @param response base64, as the form has it
   */
  assertion(attempt: SignInAttempt, response: string, callback: string): Promise<Result<VerifiedAssertion, 'refused'>>;
  /** What a provider has to know about the gateway, XML. */
  metadata(callback: string): string;
}

/** Document types bring entities with them; signatures by SHA-1 can be made for two texts at once. */
const NEVER: readonly (readonly [RegExp, string])[] = [
  [/<!(?:DOCTYPE|ENTITY)/i, 'a document type'],
  [/xmldsig#(?:rsa-|dsa-|hmac-)?sha1|xmldsig-more#[a-z]*-?md5/i, 'a signature by SHA-1 or MD5'],
];

export function createServiceProvider({ settings, certificates, clock, log }: ServiceProviderParts): ServiceProvider {
  const { issuer, 'entity-id': audience } = settings;
  const library = (callback: string, { requestId, again }: Partial<SignInAttempt> = {}): SAML =>
    new SAML({
      issuer: audience,
      audience,
      idpCert: [...certificates],
      entryPoint: settings['sign-in'],
      callbackUrl: callback,
      // Many providers sign the assertion alone; what counts is read in what is signed.
      wantAssertionsSigned: true,
      wantAuthnResponseSigned: false,
      // Verified below, in the signed part: the library takes an answer that names no request in it.
      validateInResponseTo: ValidateInResponseTo.never,
      acceptedClockSkewMs: CLOCK_SKEW,
      disableRequestedAuthnContext: true,
      identifierFormat: null,
      forceAuthn: again === true,
      ...(requestId !== undefined && { generateUniqueId: () => requestId }),
    });
  return {
    requestUrl: (attempt, callback) => library(callback, attempt).getAuthorizeUrlAsync('', undefined, {}),
    assertion: async ({ requestId }, response, callback) => {
      const xml = Buffer.from(response, 'base64').toString('utf8');
      const [, found] = NEVER.find(([pattern]) => pattern.test(xml)) ?? [];
      if (found !== undefined) return refuse(`found ${found}`, log);
      try {
        const { profile } = await library(callback).validatePostResponseAsync({ SAMLResponse: response });
        const verified = verifyAssertion(
          assertionOf(profile?.getAssertion?.()),
          { issuer, audience, recipient: callback, requestId },
          clock.now(),
        );
        return verified.ok ? verified : refuse(`${verified.failure} is not as expected`, log);
      } catch (error) {
        return refuse(reasonOf(error), log);
      }
    },
    metadata: (callback) => library(callback).generateServiceProviderMetadata(null),
  };
}

function assertionOf(parsed: Readonly<Record<string, unknown>> | undefined): unknown {
  return parsed?.['Assertion'];
}

/** What the library says, up to where it may quote what was sent. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no reason given';
  const [said = ''] = error.message.split(/[:.]/, 1);
  return /^[A-Za-z '()]{1,80}$/.test(said) ? said : error.name;
}

function refuse(reason: string, log: Log): Result<never, 'refused'> {
  log.warn({ detail: reason }, 'A sign-in by SAML was refused');
  return fail('refused');
}
