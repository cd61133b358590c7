import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { SamlSignIn } from '../../../../admin/access/people.ts';
import { fail, ok, type Result } from '../../../../core/result.ts';
import { unknownRolePlace } from '../known-person.ts';
import type { PeopleParts, PeopleSideParts } from '../../people-parts.ts';
import type { SamlSettings } from './asserted-person.ts';
import { createSamlSignIn } from './saml-sign-in.ts';
import { createServiceProvider } from './service-provider.ts';

/**
 * Sign-in by SAML with the provider of the settings. The gateway itself never speaks with it: the browser carries everything.
 * @failure a sentence that names the setting
 */
export async function openSamlSignIn(
  people: PeopleParts,
  settings: SamlSettings,
  { inForce, state, clock, log }: Pick<PeopleSideParts, 'inForce' | 'state' | 'clock' | 'log'>,
): Promise<Result<SamlSignIn, string>> {
  const unknown = unknownRolePlace('saml.roles', settings.roles, inForce.compiled, inForce.tables.world);
  if (unknown !== undefined) return fail(unknown);
  const certificates = await readCertificates(settings.certificate);
  if (!certificates.ok) return fail(`saml.certificate: ${settings.certificate}: ${certificates.failure}`);
  const provider = createServiceProvider({ settings, certificates: certificates.value, clock, log });
  return ok(createSamlSignIn({ people, provider, assertions: state.assertions, settings }));
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Every certificate of a file: a provider that changes its key has two for a while. */
async function readCertificates(file: string): Promise<Result<readonly string[], string>> {
  try {
    const found = ((await readFile(file, 'utf8')).match(PEM) ?? []).map((text) => new X509Certificate(text).toString());
    return found.length > 0 ? ok(found) : fail('found no certificate, expected that of the identity provider, PEM');
  } catch (error) {
    return fail((error as Error).message);
  }
}
