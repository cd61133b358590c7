import { join } from 'node:path';
import type { Settings } from '../../config/settings-schema.ts';
import type { Keys, Random, Secrets } from '../../core/ports.ts';
import { createFileSecrets } from '../../store/secrets/file-secrets.ts';

/** Where the secrets of these settings lie. Throws where the key cannot be had. */
export async function openSecrets({ data }: Settings, keys: Keys, random: Random): Promise<Secrets> {
  return createFileSecrets(join(data.directory, 'secrets'), await keys.key('secrets'), random);
}
