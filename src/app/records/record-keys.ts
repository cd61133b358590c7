import type { Random } from '../../core/ports.ts';
import { auditKeyText } from '../../recording/keys/audit-key.ts';
import {
  checkpointSigner,
  createRecordKeys,
  type ReadingKeys,
  type RecordKeys,
  WrappingKey,
} from '../../recording/keys/record-keys.ts';
import { KEY_BYTES, KeyError, readKeyFile } from '../../store/keys.ts';
import { existingKey, installationKeys } from '../fleet/installation-keys.ts';
import { recordStores, type RecordSettings, type RecordStore } from './stores/record-stores.ts';

/** The keys that a store is written with; those that nobody gave are made at their first use. Rejects with a `KeyError`. */
export async function recordKeys(
  { data }: Pick<RecordSettings, 'data'>,
  store: RecordStore,
  random: Random,
): Promise<RecordKeys> {
  const own = installationKeys(data, random);
  const wrapping = (await givenKey(store)) ?? (await own.key(store.keys.wrapping));
  return createRecordKeys(wrapping, await own.key(store.keys.signing), await formerKeys(store));
}

/** The keys that the record of this installation is read with, as far as they are there. Rejects with a `KeyError`. */
export async function localReadingKeys(settings: RecordSettings): Promise<ReadingKeys> {
  const stores = await Promise.all(recordStores(settings).map((store) => readingKeysOf(settings, store)));
  return {
    wrapping: stores.flatMap(({ wrapping }) => wrapping),
    verifiers: stores.flatMap(({ verifiers }) => verifiers),
  };
}

/** Those of one store. Rejects with a `KeyError`. */
export async function readingKeysOf(settings: Pick<RecordSettings, 'data'>, store: RecordStore): Promise<ReadingKeys> {
  const { wrapping, signing } = await existingKeys(settings, store);
  const opening = wrapping === undefined ? [] : [new WrappingKey(wrapping)];
  return {
    wrapping: [...opening, ...(await formerKeys(store))],
    verifiers: signing === undefined ? [] : [checkpointSigner(signing).verifier],
  };
}

/**
 * What an auditor needs to read and verify a copy of the record; undefined where there is no key yet. Rejects with a `KeyError`.
 * @param directory of one store, whose key opens none of the others; absent: of all
 */
export async function localAuditKey(settings: RecordSettings, directory?: string): Promise<string | undefined> {
  const wrapping: Uint8Array[] = [];
  const verifiers: ReadingKeys['verifiers'][number][] = [];
  for (const store of recordStores(settings)) {
    if (directory !== undefined && directory !== store.directory) continue;
    const existing = await existingKeys(settings, store);
    if (existing.wrapping === undefined || existing.signing === undefined) continue;
    wrapping.push(existing.wrapping, ...(await formerBytes(store)));
    verifiers.push(checkpointSigner(existing.signing).verifier);
  }
  return verifiers.length === 0 ? undefined : auditKeyText(wrapping, ...verifiers);
}

interface ExistingKeys {
  readonly wrapping: Uint8Array | undefined;
  readonly signing: Uint8Array | undefined;
}

async function existingKeys({ data }: Pick<RecordSettings, 'data'>, store: RecordStore): Promise<ExistingKeys> {
  return {
    wrapping: (await givenKey(store)) ?? (await existingKey(data, store.keys.wrapping)),
    signing: await existingKey(data, store.keys.signing),
  };
}

/** The key that the settings give, themselves or in a file. */
async function givenKey({ setting, given }: RecordStore): Promise<Uint8Array | undefined> {
  const { key, 'key-file': file } = given;
  if (key !== undefined && file !== undefined)
    throw new KeyError(`Found ${setting}.key beside ${setting}.key-file, expected one of them`);
  if (file !== undefined) return await namedKey(`${setting}.key-file`, file);
  if (key === undefined) return undefined;
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length === KEY_BYTES) return bytes;
  throw new KeyError(`${setting}.key: Found ${bytes.length} bytes of base64, expected ${KEY_BYTES}`);
}

async function formerKeys(store: RecordStore): Promise<WrappingKey[]> {
  return (await formerBytes(store)).map((bytes) => new WrappingKey(bytes));
}

function formerBytes({ setting, given }: RecordStore): Promise<Uint8Array[]> {
  return Promise.all(given['former-keys'].map((file) => namedKey(`${setting}.former-keys`, file)));
}

async function namedKey(setting: string, file: string): Promise<Uint8Array> {
  const bytes = await readKeyFile(file);
  if (bytes === undefined) throw new KeyError(`${setting}: ${file} is not there`);
  return bytes;
}
