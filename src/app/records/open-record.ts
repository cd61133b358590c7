import { join } from 'node:path';
import type { Settings } from '../../config/settings-schema.ts';
import type { Failure } from '../../core/codes.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import { openJournal, type OpenJournal } from '../../recording/journal.ts';
import type { RecordKeys } from '../../recording/keys/record-keys.ts';
import { retentionTerms } from '../../recording/retention/retention-terms.ts';
import { createShelves } from '../../recording/retention/shelves.ts';
import { KeyError } from '../../store/keys.ts';
import { recordKeys } from './record-keys.ts';

/** How old a segment becomes that a sink waits for. */
const SEGMENT_AGE: Milliseconds = 3_600_000;

/** Where all writers of an installation have their directories. */
export function recordingsDirectory({ data }: Pick<Settings, 'data'>): string {
  return join(data.directory, 'recordings');
}

/**
 * The record below the data directory of these settings. A command beside a running gateway gets a chain of its own.
 *
 * @param onError told of every failed write
 * @failure audit_unavailable when the directory or one of the keys cannot be used
 */
export async function openRecord(
  { data, recordings, sinks }: Settings,
  parts: { readonly clock: Clock; readonly random: Random; readonly onError: (failure: Failure) => void },
): Promise<Result<OpenJournal, Failure>> {
  const { clock, random, onError } = parts;
  const terms = retentionTerms(recordings.retention);
  if (!terms.ok) return fail({ code: 'audit_unavailable', detail: terms.failure });
  const keys = await openKeys({ data, recordings }, random);
  if (!keys.ok) return keys;
  const directory = recordingsDirectory({ data });
  const { durability } = recordings;
  const shelfOf = createShelves(terms.value);
  // Segments are copied when they are finished.
  const segmentAge = sinks.some(({ type }) => type === 's3') ? SEGMENT_AGE : undefined;
  return openJournal({ directory, clock, random, keys: keys.value, durability, shelfOf, segmentAge, onError });
}

async function openKeys(settings: Pick<Settings, 'data' | 'recordings'>, random: Random): Promise<Result<RecordKeys, Failure>> {
  try {
    return ok(await recordKeys(settings, random));
  } catch (error) {
    if (!(error instanceof KeyError)) throw error;
    return fail({ code: 'audit_unavailable', detail: error.message });
  }
}
