import { join } from 'node:path';
import type { Settings } from '../../config/settings-schema.ts';
import type { Keys, Random, Secrets } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { createEnvironmentSecrets } from '../../store/secrets/environment-secrets.ts';
import { createFileSecrets } from '../../store/secrets/file-secrets.ts';
import { secretsInVault } from '../secrets/vault-entry.ts';
import { createMountedSecrets } from '../../store/secrets/mounted-secrets.ts';

export interface SecretParts {
  readonly keys: Keys;
  readonly random: Random;
  /** Of the process. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Where the secrets of these settings are. Those in a Vault are not looked into: that takes egress. Throws where the key cannot
 * be had.
 * @failure a sentence that names the setting
 */
export async function openSecrets(
  { data, secrets }: Pick<Settings, 'data' | 'secrets'>,
  { keys, random, environment }: SecretParts,
): Promise<Result<Secrets, string>> {
  const { provider, directory, vault } = secrets;
  if (directory !== undefined && provider !== 'mount') {
    return fail(`secrets.directory: Found it with secrets.provider ${provider}, expected it with mount alone`);
  }
  switch (provider) {
    case 'file':
      return ok(createFileSecrets(join(data.directory, 'secrets'), await keys.key('secrets'), random));
    case 'environment':
      return ok(createEnvironmentSecrets(environment));
    case 'mount':
      if (directory === undefined) return fail('secrets.directory: Found none, expected where secrets are mounted');
      return ok(createMountedSecrets(directory));
    case 'vault':
      if (vault === undefined) return fail('secrets.vault: Found none, expected where it is');
      return ok(secretsInVault(vault));
  }
}
