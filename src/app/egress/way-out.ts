import { socketAddressText } from '../../config/setting-text.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { Clock, Random, Secrets } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { createResolver, type CachingResolver } from '../../destination/resolver.ts';
import type { Parent } from '../../upstream/parent/parent.ts';
import type { PolicyInForce } from '../in-force.ts';
import { openSecrets, type SecretParts } from '../loading/open-secrets.ts';
import { openVault } from '../secrets/open-vault.ts';
import type { State } from '../state.ts';
import { openParent } from './open-parent.ts';
import { ownEgress } from './own-egress.ts';

export interface WayOutParts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly state: Pick<State, 'keys' | 'originTls' | 'anchors' | 'journal'>;
  readonly inForce: Pick<PolicyInForce, 'tables'>;
  readonly environment: SecretParts['environment'];
}

/** What one process reaches others with. */
export interface WayOut {
  readonly resolver: CachingResolver;
  /** What everything leaves through, also what the gateway asks for itself; undefined: nothing does. */
  readonly parent: Parent | undefined;
  /** What nobody may see: signing secrets of webhooks, values of credentials. */
  readonly secrets: Secrets;
}

/** @failure a sentence that names the setting */
export async function openWayOut(parts: WayOutParts): Promise<Result<WayOut, string>> {
  const { settings, state, inForce } = parts;
  const resolver = resolverFor(parts);
  if (!resolver.ok) return fail(`resolver: ${resolver.failure}`);
  const local = await openSecrets(settings, { ...parts, keys: state.keys });
  if (!local.ok) return local;
  const reaching = { resolver: resolver.value, secrets: local.value };
  const parent = await openParent({ ...parts, ...reaching, originTls: state.originTls, tables: () => inForce.tables });
  if (!parent.ok) return parent;
  const way = { ...reaching, parent: parent.value };
  const { vault } = settings.secrets;
  if (vault === undefined) return ok(way);
  // Last, since it is asked by that way.
  const secrets = await openVault(vault, { ...parts, anchors: state.anchors, egress: ownEgress({ ...parts, plane: way }) });
  return secrets.ok ? ok({ ...way, secrets: secrets.value }) : secrets;
}

function resolverFor({ settings, clock, random }: WayOutParts): ReturnType<typeof createResolver> {
  const { servers, timeout } = settings.resolver;
  return createResolver({
    servers: servers === 'system' ? 'system' : servers.map(socketAddressText),
    hosts: hostsOf(settings),
    timeout,
    clock,
    random,
  });
}

function hostsOf({ resolver }: Settings): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(resolver.hosts).map(([name, addresses]) => [name, addresses.map(({ text }) => text)]),
  );
}
