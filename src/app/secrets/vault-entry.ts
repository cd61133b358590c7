import type { Secrets } from '../../core/ports.ts';
import { fail } from '../../core/result.ts';
import type { Settings } from '../../config/settings-schema.ts';

export type VaultSettings = NonNullable<Settings['secrets']['vault']>;

/** Where the entry of a secret is, as people and `vault kv` name it: `secret/cordon/openai-key`. */
export function entryOf({ mount, path }: Pick<VaultSettings, 'mount' | 'path'>, name: string): string {
  return `${mount}/${path}/${name}`;
}

/**
 * The path of an entry below `/v1/`: KV version 2 has its values under `data`.
 * @source HashiCorp Vault, HTTP API, KV secrets engine version 2, "Read secret version"
 */
export function entryPath({ mount, path }: Pick<VaultSettings, 'mount' | 'path'>, name: string): string {
  return `${mount}/data/${path}/${name}`;
}

/** The secrets of a Vault as this process may handle them without asking it: not at all. */
export function secretsInVault(vault: VaultSettings): Secrets {
  const elsewhere = (name?: string) => Promise.resolve(fail(keptInVault(vault, name)));
  return { find: elsewhere, set: elsewhere, list: () => elsewhere(), remove: elsewhere };
}

/** Where a value is changed, for whoever tries it here. */
function keptInVault({ mount, path, field }: VaultSettings, name = 'NAME'): string {
  return `secrets.provider is vault: values are kept there, as by: vault kv put -mount=${mount} ${path}/${name} ${field}=-`;
}
