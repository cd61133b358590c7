import { join } from 'node:path';
import type { Settings } from '../config/settings-schema.ts';
import type { Failure } from '../core/codes.ts';
import type { Clock, Random } from '../core/ports.ts';
import type { Result } from '../core/result.ts';
import { openJournal, type OpenJournal } from '../recording/journal.ts';

/**
 * The record below the data directory of these settings. A command beside a running gateway gets a chain of its own.
 *
 * @param onError told of every failed write
 * @failure audit_unavailable when the directory cannot be used
 */
export function openRecord(
  { data, recordings }: Settings,
  parts: { readonly clock: Clock; readonly random: Random; readonly onError: (failure: Failure) => void },
): Promise<Result<OpenJournal, Failure>> {
  const { clock, random, onError } = parts;
  const directory = join(data.directory, 'recordings');
  return openJournal({ directory, clock, random, durability: recordings.durability, onError });
}
