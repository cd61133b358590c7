import { rootCertificates } from 'node:tls';
import type { IdentityProvider } from '../../../admin/access/people.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import { scopePlaces } from '../../../policy/place/scope-places.ts';
import { exchangeIds } from '../../system.ts';
import type { PeopleParts, PeopleSideParts } from '../people-parts.ts';
import { createIdentityProvider } from './identity-provider.ts';
import { createIssuerFetch } from './issuer-fetch.ts';
import { issuerPolicy } from './issuer-policy.ts';

/**
 * Sign-in through the identity provider of the settings; undefined where none is set. Nothing is sent before somebody signs in.
 * @failure a sentence that names the setting
 */
export function openIdentityProvider(
  people: PeopleParts,
  { settings, clock, random, inForce, state, plane, log }: PeopleSideParts,
): Result<IdentityProvider | undefined, string> {
  const { oidc, node } = settings;
  if (oidc === undefined) return ok(undefined);
  const { world } = inForce.tables;
  const policy = issuerPolicy(oidc, node, world, clock.now());
  if (!policy.ok) return policy;
  for (const [group, { places }] of Object.entries(oidc.roles)) {
    const [unknown] = scopePlaces(places, inForce.compiled, world).unknown;
    if (unknown !== undefined)
      return fail(`oidc.roles.${group}.places: Found "${unknown}", expected a country or a set such as eu`);
  }
  const fetch = createIssuerFetch(policy.value, {
    tables: () => inForce.tables,
    resolver: plane.resolver,
    clock,
    journal: state.journal,
    newExchangeId: exchangeIds(clock, random),
    anchors: state.anchors.length === 0 ? undefined : [...rootCertificates, ...state.anchors],
  });
  return ok(createIdentityProvider({ people, settings: oidc, fetch, log }));
}
