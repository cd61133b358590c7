import type { FieldLines } from '../../core/exchange/exchange.ts';
import { MESSAGE_SIDES, type ContentEvent, type MessageSide } from '../../core/exchange/record.ts';
import type { Bytes, Milliseconds } from '../../core/units.ts';
import { fieldValue } from '../../wire/http/fields.ts';
import type { RecordedHead, SocketMessage } from '../content/sealed-content.ts';
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
  /** Of a WebSocket, one for each message. */
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

/** A message before its bytes are read as text. */
export type OpenedMessage = Omit<RecordedMessage, 'pieces'> & {
  readonly form?: 'messages' | undefined;
  readonly pieces: readonly { readonly at: Milliseconds; readonly bytes: Uint8Array }[];
};

export type OpenedMessages = { readonly [S in MessageSide]?: OpenedMessage | undefined } & Pick<RecordedMessages, 'unopened'>;

/**
 * Puts together what was recorded of the content of one exchange, as text.
 * @param events of that exchange alone
 */
export async function recordedMessages(
  events: readonly ContentEvent[],
  reader: Pick<ContentReader, 'open'>,
): Promise<RecordedMessages> {
  const { request, response, unopened } = await openedMessages(events, reader);
  return {
    ...(request !== undefined && { request: asText(request) }),
    ...(response !== undefined && { response: asText(response) }),
    ...(unopened !== undefined && { unopened }),
  };
}

/** The same, in bytes. */
export async function openedMessages(
  events: readonly ContentEvent[],
  reader: Pick<ContentReader, 'open'>,
): Promise<OpenedMessages> {
  const messages: { [S in MessageSide]?: OpenedMessage } = {};
  for (const side of MESSAGE_SIDES) {
    const ofSide = events.filter(({ part }) => part === side).sort((a, b) => a.index - b.index);
    const gathered = ofSide.length === 0 ? undefined : await gather(ofSide, reader);
    if (typeof gathered === 'string') return { ...messages, unopened: gathered };
    if (gathered !== undefined) messages[side] = gathered;
  }
  return messages;
}

async function gather(events: readonly ContentEvent[], reader: Pick<ContentReader, 'open'>): Promise<OpenedMessage | string> {
  let message: Omit<OpenedMessage, 'pieces'> = {};
  const pieces: OpenedMessage['pieces'][number][] = [];
  for (const { at, passed, unread, cut, last, ...event } of events) {
    const opened = await reader.open({ at, ...event });
    if (!opened.ok) return opened.failure;
    const { notes, text } = opened.value;
    message = { ...message, ...notes, ...(last === true && { passed, unread, cut }) };
    pieces.push({ at, bytes: text });
  }
  return { ...message, pieces };
}

function asText({ pieces, form, ...message }: OpenedMessage): RecordedMessage {
  if (form === 'messages') return { ...message, pieces: socketMessages(pieces).map(asLine) };
  const decoder = charsetDecoder(message.head?.fields ?? []);
  const texts = pieces.map(({ at, bytes }, index) => {
    // A character may lie across the border of two pieces.
    return { at, text: decoder.decode(bytes, { stream: index < pieces.length - 1 }) };
  });
  return { ...message, pieces: texts.filter(({ text }) => text !== '') };
}

/** A message of a WebSocket, whole. */
export type WholeSocketMessage = Omit<SocketMessage, 'more'>;

/** The messages of one side of a WebSocket. @param pieces of a part whose form is `messages` */
export function socketMessages(pieces: OpenedMessage['pieces']): readonly WholeSocketMessage[] {
  const lines = Buffer.concat(pieces.map(({ bytes }) => bytes))
    .toString()
    .split('\n');
  const messages: WholeSocketMessage[] = [];
  let begun = '';
  for (const line of lines) {
    // Behind the last one there is nothing, or a line that was not written to its end.
    const message = line.endsWith('}') ? (JSON.parse(line) as SocketMessage) : undefined;
    if (message === undefined) continue;
    const { more, ...whole } = message;
    begun += whole.data ?? '';
    if (more === true) continue;
    messages.push(whole.data === undefined ? whole : { ...whole, data: begun });
    begun = '';
  }
  return messages;
}

function asLine({ at, opcode, data, size, digest }: WholeSocketMessage): RecordedPiece {
  const kind = opcode === 2 ? 'binary message' : 'text that nobody here reads';
  return { at, text: `${data ?? `[${kind}, ${size} bytes, digest ${digest}]`}\n` };
}

/** What is recorded is text in the charset of its message; one that nobody knows was not read. */
export function charsetDecoder(
  fields: FieldLines,
  options: { readonly fatal?: boolean; readonly ignoreBOM?: boolean } = {},
): InstanceType<typeof TextDecoder> {
  const charset = /;\s*charset="?([^\s;"]+)/i.exec(fieldValue(fields, 'content-type') ?? '')?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset, options);
  } catch {
    return new TextDecoder('utf-8', options);
  }
}
