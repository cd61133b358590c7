import type { FieldLines } from '../../core/exchange/exchange.ts';
import { MESSAGE_SIDES, type ContentEvent, type MessageSide } from '../../core/exchange/record.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import type { RecordedHead } from '../content/sealed-content.ts';
import type { ContentReader } from './read-content.ts';

/** Text that passed together. */
export interface RecordedPiece {
  /** Since the exchange began. */
  readonly at: Milliseconds;
  readonly text: string;
}

/** One message of an exchange as it is on the record: decoded, and masked. */
export interface RecordedMessage {
  readonly head?: RecordedHead | undefined;
  readonly mediaType?: string | undefined;
  readonly pieces: readonly RecordedPiece[];
  readonly trailers?: FieldLines | undefined;
  /** Bytes of content that passed; absent where the part has no end. */
  readonly passed?: Bytes | undefined;
  readonly unread?: ContentEvent['unread'];
  readonly cut?: ContentEvent['cut'];
  readonly digest?: string | undefined;
  readonly detail?: string | undefined;
}

export type RecordedMessages = { readonly [S in MessageSide]?: RecordedMessage | undefined } & {
  /** Why a part of it cannot be opened, in a sentence: the key of the session was deleted, or is not here. */
  readonly unopened?: string | undefined;
};

/**
 * Puts together what was recorded of the content of one exchange.
 * @param events of that exchange alone
 */
export async function recordedMessages(
  events: readonly ContentEvent[],
  reader: Pick<ContentReader, 'open'>,
): Promise<RecordedMessages> {
  const messages: { [S in MessageSide]?: RecordedMessage } = {};
  for (const side of MESSAGE_SIDES) {
    const ofSide = events.filter(({ part }) => part === side).sort((a, b) => a.index - b.index);
    const gathered = ofSide.length === 0 ? undefined : await gather(ofSide, reader);
    if (typeof gathered === 'string') return { ...messages, unopened: gathered };
    if (gathered !== undefined) messages[side] = gathered;
  }
  return messages;
}

async function gather(events: readonly ContentEvent[], reader: Pick<ContentReader, 'open'>): Promise<RecordedMessage | string> {
  let message: RecordedMessage = { pieces: [] };
  const pieces: RecordedPiece[] = [];
  let decoder: ReturnType<typeof decoderOf> | undefined;
  for (const { at, passed, unread, cut, last, ...event } of events) {
    const opened = await reader.open({ at, ...event });
    if (!opened.ok) return opened.failure;
    const { notes, text } = opened.value;
    message = { ...message, ...notes, ...(last === true && { passed, unread, cut }) };
    decoder ??= decoderOf(message.head?.fields ?? []);
    // A character may lie across the border of two pieces.
    const decoded = decoder.decode(text, { stream: last !== true });
    if (decoded !== '') pieces.push({ at, text: decoded });
  }
  return { ...message, pieces };
}

/** What is recorded is text in the charset of its message; one that nobody knows was not read. */
function decoderOf(fields: FieldLines) {
  const charset = /;\s*charset="?([^\s;"]+)/i.exec(fieldValue(fields, 'content-type') ?? '')?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset);
  } catch {
    return new TextDecoder();
  }
}
