import type { Kysely } from 'kysely';
import type { Settings } from '../../config/settings-schema.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { ContentKeys } from '../../recording/content/content-keys.ts';
import type { ReadingKeys } from '../../recording/keys/record-keys.ts';
import { ContentReader } from '../../recording/reading/read-content.ts';
import { createContentKeyRepository } from '../../store/records/content-key-repository.ts';
import type { Schema } from '../../store/schema.ts';
import { recordKeys } from './record-keys.ts';
import type { RecordStore } from './stores/record-stores.ts';

/** The keys that recorded content is sealed under: in the database, wrapped as the records beside it are. Rejects with a `KeyError`. */
export async function openContentKeys(
  settings: Pick<Settings, 'data'>,
  store: RecordStore,
  parts: { readonly db: Kysely<Schema>; readonly clock: Clock; readonly random: Random },
): Promise<ContentKeys> {
  const { db, clock, random } = parts;
  const { wrapping } = await recordKeys(settings, store, random);
  return new ContentKeys({ store: createContentKeyRepository(db), wrapping, clock, random });
}

/** Opens recorded content with the keys in this store; to be made for each reading. */
export function contentReader(db: Kysely<Schema>, { wrapping }: Pick<ReadingKeys, 'wrapping'>): ContentReader {
  return new ContentReader(createContentKeyRepository(db), wrapping);
}
