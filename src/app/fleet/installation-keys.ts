import { join } from 'node:path';
import type { Settings } from '../../config/settings-schema.ts';
import type { Keys, Random } from '../../core/ports.ts';
import { type KeySet, isShared, readKeySet, withKeySet } from '../../store/fleet/key-set.ts';
import { createKeys, KeyError, readKeyFile } from '../../store/keys.ts';
import { readPem } from '../../tls/pem-file.ts';

type KeySettings = Settings['data'];

/** The keys of this installation: in its data directory, made at their first use, or as far as they are shared in the set that is given. */
export function installationKeys(data: KeySettings, random: Random): Keys {
  const own = createKeys(join(data.directory, 'keys'), random);
  const setting = settingOf(data);
  if (setting === undefined) return own;
  let given: Promise<KeySet> | undefined;
  return withKeySet(own, setting, () => (given ??= givenSet(data)));
}

/** The key for a purpose where there is one; makes none. Rejects with a `KeyError`. */
export async function existingKey(data: KeySettings, purpose: string): Promise<Uint8Array | undefined> {
  if (isShared(purpose) && settingOf(data) !== undefined) return (await givenSet(data)).get(purpose);
  return await readKeyFile(join(data.directory, 'keys', `${purpose}.key`));
}

/** Where the key for a purpose is, for people. */
export function whereKeyIs(data: KeySettings, purpose: string): string {
  return settingOf(data) ?? join(data.directory, 'keys', `${purpose}.key`);
}

function settingOf(data: KeySettings): string | undefined {
  if (data['keys-file'] !== undefined) return `data.keys-file (${data['keys-file']})`;
  return data.keys === undefined ? undefined : 'data.keys';
}

async function givenSet({ keys, 'keys-file': file }: KeySettings): Promise<KeySet> {
  if (keys !== undefined && file !== undefined) {
    throw new KeyError('Found data.keys beside data.keys-file, expected one of them');
  }
  const text = file === undefined ? (keys ?? '') : await textOf(file);
  const set = readKeySet(text);
  if (!set.ok) throw new KeyError(`${file === undefined ? 'data.keys' : `data.keys-file: ${file}`}: ${set.failure}`);
  return set.value;
}

/** Under the same terms as the key of the interception CA: a mount of an orchestrator will do. */
async function textOf(file: string): Promise<string> {
  const text = await readPem(file, 'the key set');
  if (!text.ok) throw new KeyError(`data.keys-file: ${text.failure}`);
  return text.value;
}
