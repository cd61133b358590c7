import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { NoteVerifier } from '../tree/signed-note.ts';
import { readCheckpoint, type Checkpoint } from '../tree/checkpoint.ts';

export const CHECKPOINT_NAME = 'checkpoint';

/** Puts the newest checkpoint of a writer in place of the one before: whole, or not at all. */
export async function writeCheckpoint(directory: string, note: string): Promise<void> {
  const path = join(directory, CHECKPOINT_NAME);
  const draft = await open(`${path}.new`, 'w', 0o600);
  try {
    await draft.writeFile(note);
    await draft.datasync();
  } finally {
    await draft.close();
  }
  await rename(`${path}.new`, path);
}

/**
 * The newest checkpoint of a writer; undefined where there is none yet, a sentence where it is not to be trusted. Throws what
 * the operating system reports.
 */
export function ownCheckpoint(
  directory: string,
  writer: string,
  verifiers: readonly NoteVerifier[],
): Checkpoint | string | undefined {
  let note: string;
  try {
    note = readFileSync(join(directory, CHECKPOINT_NAME), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const checkpoint = readCheckpoint(note, verifiers);
  if (typeof checkpoint === 'string' || checkpoint.writer === writer) return checkpoint;
  return `Found a checkpoint of the writer "${checkpoint.writer}", expected one of "${writer}"`;
}
