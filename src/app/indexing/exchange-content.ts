import type { Kysely } from 'kysely';
import type { Settings } from '../../config/settings-schema.ts';
import type { FoundExchange } from '../../core/exchange/exchange-index.ts';
import { MESSAGE_SIDES, type ContentEvent, type Record as RecordOf } from '../../core/exchange/record.ts';
import { ChainFollower } from '../../recording/reading/chain-follower.ts';
import { recordedMessages, type RecordedMessages } from '../../recording/reading/recorded-messages.ts';
import type { Schema } from '../../store/schema.ts';
import { contentReader } from '../records/content-keys.ts';
import { chainOf } from '../records/stores/chains-below.ts';
import { localReadingKeys } from '../records/record-keys.ts';
import { recordDirectories } from '../records/stores/record-stores.ts';

/** Readings of a chain, of 128 KiB each as a rule: a stream of days on a busy gateway is not looked for to its end. */
const MOST_READINGS = 4096;

/** Content events of one exchange, still sealed. */
export interface SealedMessages {
  readonly events: readonly ContentEvent[];
  /** Its end lies further away than is looked. */
  readonly isShort: boolean;
}

/**
 * Content events of an exchange. The index names the blocks with its decisions and its outcome alone, since a stream is in more
 * blocks than a row should name: content lies between them, and the chain is read from the one to the other.
 * @throws UnreadableSegment; what the operating system reports
 */
export async function contentEventsOf(
  { exchange, spots }: FoundExchange,
  settings: Pick<Settings, 'data' | 'recordings'>,
): Promise<SealedMessages> {
  const { wrapping } = await localReadingKeys(settings);
  const follower = new ChainFollower(chainOf(exchange.writer, recordDirectories(settings)), wrapping);
  const events: ContentEvent[] = [];
  const [first] = spots;
  if (first === undefined) return { events, isShort: false };
  const open = new Set<string>(MESSAGE_SIDES);
  let from = first;
  for (let readings = 0; readings < MOST_READINGS; readings++) {
    const { blocks, next } = await follower.read(from);
    if (blocks.length === 0) return { events, isShort: false };
    for (const record of blocks.flatMap(({ lines }) => recordsWith(exchange.id, lines))) {
      if (record.kind === 'outcome') return { events, isShort: false };
      if (record.kind !== 'content') continue;
      events.push(record);
      if (record.last === true) open.delete(record.part);
    }
    if (open.size === 0) return { events, isShort: false };
    from = next;
  }
  return { events, isShort: true };
}

/** Opens them with the keys of this installation. */
export async function openedMessages(
  { events, isShort }: SealedMessages,
  settings: Pick<Settings, 'data' | 'recordings'>,
  db: Kysely<Schema>,
): Promise<RecordedMessages> {
  const opened = await recordedMessages(events, contentReader(db, await localReadingKeys(settings)));
  return isShort ? { ...opened, unopened: opened.unopened ?? SHORT } : opened;
}

const SHORT = 'The rest of it lies further on in the record than is looked here: cordon sessions export reads all of it';

/** The records of one exchange. Most lines are of others, and are not parsed. */
function recordsWith(id: string, lines: readonly Buffer[]): RecordOf[] {
  return lines
    .filter((line) => line.includes(id))
    .map((line) => JSON.parse(line.toString('latin1')) as RecordOf)
    .filter((record) => 'exchange' in record && record.exchange === id);
}
