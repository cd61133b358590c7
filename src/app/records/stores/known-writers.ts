import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hasChain } from '../../../recording/reading/writer-directories.ts';
import type { NoteVerifier } from '../../../recording/tree/signed-note.ts';
import { type KnownWriter, readWriterList, type WriterList } from '../../../recording/tree/writer-list.ts';
import type { RecordSettings, RecordStore } from './record-stores.ts';

/** In the data directory, so that it does not go with the records that it tells of. */
export const WRITERS_NAME = 'writers';

export function writersFile({ data }: Pick<RecordSettings, 'data'>): string {
  return join(data.directory, WRITERS_NAME);
}

/**
 * The writers that this installation knows of; undefined where it has made no list yet, a sentence where that is not to be
 * trusted. Rejects with what the operating system reports.
 */
export async function localWriters(
  settings: Pick<RecordSettings, 'data'>,
  verifiers: readonly NoteVerifier[],
): Promise<WriterList | string | undefined> {
  try {
    return readWriterList(await readFile(writersFile(settings), 'utf8'), verifiers);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A store as far as its writers are looked for. */
export interface WriterPlace {
  /** As lists of writers name it; absent for a copy, which may be of any. */
  readonly id?: string | undefined;
  readonly directory: string;
}

export function writerPlace({ keys, directory }: RecordStore): WriterPlace {
  return { id: keys.signing, directory };
}

/** A writer that is not where it should be. */
export interface LostWriter {
  readonly writer: string;
  /** What was found and what was expected. */
  readonly reason: string;
}

/** Which of the known writers have no chain in their store. Throws what the operating system reports. */
export function lostWriters(known: readonly KnownWriter[], places: readonly WriterPlace[]): readonly LostWriter[] {
  const lost: LostWriter[] = [];
  for (const { store, writer, size } of known) {
    const where = places.filter((place) => holdsWriter(place, writer));
    if (where.some(({ id = store }) => id === store)) continue;
    const home = places.find(({ id = store }) => id === store);
    const expected = home === undefined ? `the store of the key "${store}", which no setting names` : home.directory;
    const [elsewhere] = where;
    const reason =
      elsewhere === undefined
        ? `Found nothing of this writer in ${expected}, expected a chain of at least ${size} heads and blocks`
        : `Found this writer in ${elsewhere.directory}, expected it in ${expected}`;
    lost.push({ writer, reason });
  }
  return lost;
}

/** A directory is a store with those of its writers in it, or that of one writer itself. */
function holdsWriter({ directory }: WriterPlace, writer: string): boolean {
  const paths = [join(directory, writer), ...(basename(directory) === writer ? [directory] : [])];
  return paths.some((path) => existsSync(path) && hasChain(path));
}
