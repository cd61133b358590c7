import { readAuditKey } from '../../recording/keys/audit-key.ts';
import type { ReadingKeys } from '../../recording/keys/record-keys.ts';

/** The records that a report is made from, as data that passes between threads. */
export interface RecordSource {
  /** Each of one writer, or of several. */
  readonly directories: readonly string[];
  /** The file that opens them, as `readAuditKey()` takes it. */
  readonly auditKey: Uint8Array;
}

/** Records that are not in the report, and why. */
export interface UnreadSegment {
  readonly writer: string;
  /** What was found and what was expected. */
  readonly reason: string;
}

/** Throws a sentence where the file is none that opens records. */
export function keysOf({ auditKey }: RecordSource): ReadingKeys {
  const keys = readAuditKey(Buffer.from(auditKey));
  if (typeof keys === 'string') throw new Error(keys);
  return keys;
}
