import type { Settings } from '../../../../config/settings-schema.ts';
import type { Result } from '../../../../core/result.ts';
import type { Instant } from '../../../../core/units.ts';
import type { WorldData } from '../../../../policy/model.ts';
import { ownEndpointPolicy } from '../../../egress/own-endpoint-policy.ts';
import type { OwnPolicy } from '../../../egress/own-policy.ts';

export type OidcSettings = NonNullable<Settings['oidc']>;

/**
 * The gateway's own policy for signing people in: GET and POST to the host and port of the issuer, which is where `oidc.place`
 * says.
 *
 * @failure a sentence that names the setting
 */
export function issuerPolicy(
  { issuer, place }: OidcSettings,
  node: Settings['node'],
  world: WorldData,
  now: Instant,
): Result<OwnPolicy, string> {
  const endpoint = {
    setting: 'oidc.issuer',
    rule: 'sign-in',
    url: issuer,
    place,
    methods: ['GET', 'POST'],
    // An issuer often stands in a private network; its name, port and certificate are as strict as ever.
    internal: 'any',
    because: 'people sign in elsewhere',
  } as const;
  return ownEndpointPolicy(endpoint, node, world, now);
}
