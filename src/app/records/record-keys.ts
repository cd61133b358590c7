import { join } from 'node:path';
import type { Settings } from '../../config/settings-schema.ts';
import type { Random } from '../../core/ports.ts';
import { auditKeyText } from '../../recording/keys/audit-key.ts';
import {
  checkpointSigner,
  createRecordKeys,
  type ReadingKeys,
  type RecordKeys,
  WrappingKey,
} from '../../recording/keys/record-keys.ts';
import { createKeys, KEY_BYTES, KeyError, readKeyFile } from '../../store/keys.ts';

type RecordSettings = Pick<Settings, 'data' | 'recordings'>;

const WRAPPING = 'records';
const SIGNING = 'checkpoints';

/** The keys that the record is written with; those that nobody gave are made at their first use. Rejects with a `KeyError`. */
export async function recordKeys(settings: RecordSettings, random: Random): Promise<RecordKeys> {
  const own = createKeys(join(settings.data.directory, 'keys'), random);
  const wrapping = (await givenKey(settings)) ?? (await own.key(WRAPPING));
  return createRecordKeys(wrapping, await own.key(SIGNING), await formerKeys(settings));
}

/** The keys that the record of this installation is read with, as far as they are there. Rejects with a `KeyError`. */
export async function localReadingKeys(settings: RecordSettings): Promise<ReadingKeys> {
  const { wrapping, signing } = await existingKeys(settings);
  const opening = wrapping === undefined ? [] : [new WrappingKey(wrapping)];
  return {
    wrapping: [...opening, ...(await formerKeys(settings))],
    verifiers: signing === undefined ? [] : [checkpointSigner(signing).verifier],
  };
}

/** What an auditor needs to read and verify a copy of the record; undefined where there is no key yet. Rejects with a `KeyError`. */
export async function localAuditKey(settings: RecordSettings): Promise<string | undefined> {
  const { wrapping, signing } = await existingKeys(settings);
  if (wrapping === undefined || signing === undefined) return undefined;
  return auditKeyText([wrapping, ...(await formerBytes(settings))], checkpointSigner(signing).verifier);
}

interface ExistingKeys {
  readonly wrapping: Uint8Array | undefined;
  readonly signing: Uint8Array | undefined;
}

async function existingKeys(settings: RecordSettings): Promise<ExistingKeys> {
  const fileOf = (purpose: string): Promise<Uint8Array | undefined> =>
    readKeyFile(join(settings.data.directory, 'keys', `${purpose}.key`));
  return { wrapping: (await givenKey(settings)) ?? (await fileOf(WRAPPING)), signing: await fileOf(SIGNING) };
}

/** The key that the settings give, themselves or in a file. */
async function givenKey({ recordings }: RecordSettings): Promise<Uint8Array | undefined> {
  const { key, 'key-file': file } = recordings;
  if (key !== undefined && file !== undefined)
    throw new KeyError('Found recordings.key beside recordings.key-file, expected one of them');
  if (file !== undefined) return await namedKey('recordings.key-file', file);
  if (key === undefined) return undefined;
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length === KEY_BYTES) return bytes;
  throw new KeyError(`recordings.key: Found ${bytes.length} bytes of base64, expected ${KEY_BYTES}`);
}

async function formerKeys(settings: RecordSettings): Promise<WrappingKey[]> {
  return (await formerBytes(settings)).map((bytes) => new WrappingKey(bytes));
}

function formerBytes({ recordings }: RecordSettings): Promise<Uint8Array[]> {
  return Promise.all(recordings['former-keys'].map((file) => namedKey('recordings.former-keys', file)));
}

async function namedKey(setting: string, file: string): Promise<Uint8Array> {
  const bytes = await readKeyFile(file);
  if (bytes === undefined) throw new KeyError(`${setting}: ${file} is not there`);
  return bytes;
}
