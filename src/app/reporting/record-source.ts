import { readAuditKey } from '../../recording/keys/audit-key.ts';
import type { ReadingKeys } from '../../recording/keys/record-keys.ts';
import type { KnownWriter } from '../../recording/tree/writer-list.ts';
import type { WriterPlace } from '../records/stores/known-writers.ts';
import type { CheckedStore } from '../verifying/check-records.ts';

/** Records that are read or verified, as data that passes between threads. */
export interface RecordSource {
  readonly stores: readonly StoreSource[];
  /** Writers that there have to be. */
  readonly known: readonly KnownWriter[];
}

/** Where records lie: of one writer, or of several. */
export interface StoreSource extends WriterPlace {
  /** The file that opens them, as `readAuditKey()` takes it. */
  readonly auditKey: Uint8Array;
}

/** Records that are not in the report, and why. */
export interface UnreadSegment {
  readonly writer: string;
  /** What was found and what was expected. */
  readonly reason: string;
}

/** Throws a sentence where a file is none that opens records. */
export function checkedStores({ stores }: RecordSource): readonly CheckedStore[] {
  return stores.map(({ auditKey, ...place }) => ({ ...place, keys: keysOf(auditKey) }));
}

function keysOf(auditKey: Uint8Array): ReadingKeys {
  const keys = readAuditKey(Buffer.from(auditKey));
  if (typeof keys === 'string') throw new Error(keys);
  return keys;
}
