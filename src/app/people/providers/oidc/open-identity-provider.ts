import type { IdentityProvider } from '../../../../admin/access/people.ts';
import { fail, ok, type Result } from '../../../../core/result.ts';
import { anchorsWith, ownEgress } from '../../../egress/own-egress.ts';
import { unknownRolePlace } from '../known-person.ts';
import type { PeopleParts, PeopleSideParts } from '../../people-parts.ts';
import { createIdentityProvider } from './identity-provider.ts';
import { createIssuerClient } from './issuer-client.ts';
import { createIssuerFetch } from './issuer-fetch.ts';
import { issuerPolicy, type OidcSettings } from './issuer-policy.ts';

/**
 * Sign-in through the identity provider of the settings. Nothing is sent before somebody signs in.
 * @failure a sentence that names the setting
 */
export function openIdentityProvider(
  people: PeopleParts,
  oidc: OidcSettings,
  parts: PeopleSideParts,
): Result<IdentityProvider, string> {
  const { settings, clock, inForce, state, log } = parts;
  const { world } = inForce.tables;
  const policy = issuerPolicy(oidc, settings.node, world, clock.now());
  if (!policy.ok) return policy;
  const unknown = unknownRolePlace('oidc.roles', oidc.roles, inForce.compiled, world);
  if (unknown !== undefined) return fail(unknown);
  const fetch = createIssuerFetch(policy.value, {
    ...ownEgress(parts),
    anchors: anchorsWith(state.anchors),
  });
  const issuer = createIssuerClient({ settings: oidc, fetch, clock, log });
  return ok(createIdentityProvider({ people, issuer, roles: oidc.roles }));
}
