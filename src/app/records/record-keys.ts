import { join } from 'node:path';
import { auditKeyText } from '../../recording/keys/audit-key.ts';
import { createRecordKeys, readingKeys, type ReadingKeys, type RecordKeys } from '../../recording/keys/record-keys.ts';
import type { Keys } from '../../core/ports.ts';
import { readKeyFile } from '../../store/keys.ts';

const WRAPPING = 'records';
const SIGNING = 'checkpoints';

/** The keys that the record is written with, made at their first use. Rejects with a `KeyError`. */
export async function recordKeys(keys: Keys): Promise<RecordKeys> {
  return createRecordKeys(await keys.key(WRAPPING), await keys.key(SIGNING));
}

/** The keys that the record of this installation is read with; undefined where it has none yet. Rejects with a `KeyError`. */
export async function localReadingKeys(dataDirectory: string): Promise<ReadingKeys | undefined> {
  const [wrapping, signing] = await bothKeys(dataDirectory);
  return wrapping === undefined || signing === undefined ? undefined : readingKeys(createRecordKeys(wrapping, signing));
}

/** What an auditor needs to read and verify a copy of the record; undefined where there is no key yet. */
export async function localAuditKey(dataDirectory: string): Promise<string | undefined> {
  const [wrapping, signing] = await bothKeys(dataDirectory);
  if (wrapping === undefined || signing === undefined) return undefined;
  return auditKeyText(wrapping, createRecordKeys(wrapping, signing).signer.verifier);
}

async function bothKeys(dataDirectory: string): Promise<readonly (Uint8Array | undefined)[]> {
  return await Promise.all([WRAPPING, SIGNING].map((purpose) => readKeyFile(join(dataDirectory, 'keys', `${purpose}.key`))));
}
