/** What content events hold, opened with the keys that a gateway has in its data directory. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentReader } from '../../src/app/records/content-keys.ts';
import { systemClock } from '../../src/app/system.ts';
import type { ContentEvent, MessageSide } from '../../src/core/exchange/record.ts';
import type { ContentNotes } from '../../src/recording/content/sealed-content.ts';
import { WrappingKey } from '../../src/recording/keys/record-keys.ts';
import { createContentKeyRepository } from '../../src/store/records/content-key-repository.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Gateway } from './gateway.ts';

export interface OpenedContent extends ContentEvent {
  readonly notes: ContentNotes;
  /** A character for each byte. */
  readonly text: string;
}

/** Every content event so far; rejects where one does not open. */
export async function recordedContent(gateway: Gateway): Promise<readonly OpenedContent[]> {
  const events = (await gateway.records()).filter((record) => record.kind === 'content');
  const wrapping = [new WrappingKey(await readFile(join(gateway.directory, 'data/keys/records.key')))];
  await using database = await openedStore(gateway);
  const reader = contentReader(database.db, { wrapping });
  const opened: OpenedContent[] = [];
  for (const event of events) {
    const content = await reader.open(event);
    if (!content.ok) throw new Error(content.failure);
    opened.push({ ...event, notes: content.value.notes, text: Buffer.from(content.value.text).toString('latin1') });
  }
  return opened;
}

/** Deletes the content keys of a session, as whoever shreds it does. */
export async function deleteContentKeys(gateway: Gateway, session: string): Promise<void> {
  await using database = await openedStore(gateway);
  const removed = await createContentKeyRepository(database.db).remove(
    session as Parameters<ReturnType<typeof createContentKeyRepository>['remove']>[0],
  );
  if (!removed.ok || removed.value === 0) throw new Error('Found no content key of that session');
}

/** The pieces of one part of an exchange, in order. */
export function partOf(all: readonly OpenedContent[], exchange: string, part: MessageSide): readonly OpenedContent[] {
  return all.filter((each) => each.exchange === exchange && each.part === part);
}

async function openedStore(gateway: Gateway): ReturnType<typeof opened> {
  return opened(join(gateway.directory, 'data/cordon.db'));
}

async function opened(file: string) {
  const database = await openSqlite({ file, clock: systemClock });
  if (!database.ok) throw new Error(database.failure.detail);
  return database.value;
}
