import type { Settings } from '../../config/settings-schema.ts';
import { hostText } from '../../core/address.ts';
import type { Clock, Secrets } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { CREDENTIAL_FRESH } from '../../credentials/credential-values.ts';
import { readTrustFile } from '../../tls/origin-tls-file.ts';
import { judgeEndpoint } from '../egress/judge-endpoint.ts';
import { anchorsWith } from '../egress/own-egress.ts';
import { ownEndpointPolicy } from '../egress/own-endpoint-policy.ts';
import type { OwnEgress } from '../egress/own-request.ts';
import { insideHome } from '../loading/inside-home.ts';
import { secretsInVault, type VaultSettings } from './vault-entry.ts';
import { vaultLogin } from './vault-login.ts';
import { VaultSecrets } from './vault-secrets.ts';
import { createAskVault, SECRETS_SESSION } from './vault-server.ts';

export interface VaultParts {
  readonly settings: Pick<Settings, 'node'>;
  readonly clock: Clock;
  /** PEM texts of `trust`. */
  readonly anchors: readonly string[];
  readonly egress: OwnEgress;
}

/**
 * The secrets in a Vault or OpenBao of the settings, judged as each request to it will be (invariant 10). It need not answer now.
 * @failure a sentence that names the setting
 */
export async function openVault(vault: VaultSettings, parts: VaultParts): Promise<Result<Secrets, string>> {
  const { clock, egress } = parts;
  const { node } = parts.settings;
  const { url, place, namespace, timeout } = vault;
  const { world } = egress.tables();
  const because = 'the gateway signs in there, and has its secrets from there';
  const own = ownEndpointPolicy(
    // It is hardly ever in a public network.
    { setting: 'secrets.vault.url', rule: 'secrets', url, place, methods: ['GET', 'POST'], internal: 'any', because },
    node,
    world,
    clock.now(),
  );
  if (!own.ok) return own;
  const home = insideHome({ setting: 'secrets.vault.place', place, because }, node, world);
  if (!home.ok) return home;
  const anchors = await anchorsOf(vault, parts.anchors);
  if (!anchors.ok) return anchors;
  const host = hostText(own.value.form.authority.host);
  const judged = await judgeEndpoint(
    { label: 'secrets.vault.url', host, own: own.value, session: SECRETS_SESSION },
    'GET',
    egress,
  );
  if (!judged.ok) return judged;
  const ask = createAskVault({ ...egress, url, own: own.value, namespace, anchors: anchors.value, timeout });
  const maxAge = Math.max(0, vault['max-age'] - CREDENTIAL_FRESH);
  const secrets = new VaultSecrets({ settings: vault, ask, login: vaultLogin(vault, ask, clock), clock, maxAge });
  return ok({ ...secretsInVault(vault), find: (name) => secrets.find(name) });
}

async function anchorsOf(
  { trust }: VaultSettings,
  others: readonly string[],
): Promise<Result<readonly string[] | undefined, string>> {
  if (trust === undefined) return ok(anchorsWith(others));
  const file = await readTrustFile(trust);
  return file.ok ? ok(file.value.certificates) : fail(`secrets.vault.trust: ${file.failure}`);
}
