import type { Settings } from '../../../../config/settings-schema.ts';
import { fail, type Result } from '../../../../core/result.ts';
import { type KnownPerson, personOf } from '../known-person.ts';
import type { VerifiedAssertion } from './verified-assertion.ts';

export type SamlSettings = NonNullable<Settings['saml']>;

const MAIL_FORMAT = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';

/**
 * The person and the role that a verified assertion stands for. The person is the mail address: that of the attribute that the
 * settings name, or the name identifier where its format says that it is one. A person with two of them is nobody.
 *
 * @failure a sentence for the person
 */
export function assertedPerson(
  { attributes, nameId, nameIdFormat }: Pick<VerifiedAssertion, 'attributes' | 'nameId' | 'nameIdFormat'>,
  { mail, groups, roles }: Pick<SamlSettings, 'mail' | 'groups' | 'roles'>,
): Result<KnownPerson, string> {
  const stated = mail === undefined ? [] : (attributes.get(mail) ?? []);
  const named = mail === undefined && nameIdFormat === MAIL_FORMAT && nameId !== undefined ? [nameId] : stated;
  const [address, ...others] = named;
  if (address === undefined || others.length > 0) {
    const where =
      mail === undefined ? 'NameID of format emailAddress, setting saml.mail' : `attribute ${mail}, setting saml.mail`;
    return fail(`The identity provider states no mail address, or several (${where})`);
  }
  return personOf(address, attributes.get(groups) ?? [], roles, `attribute ${groups}, setting saml.roles`);
}
