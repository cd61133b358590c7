import type { FieldLines } from '../../core/exchange/exchange.ts';
import type { Instant } from '../../core/units.ts';
import type { ContentReader } from '../reading/read-content.ts';
import {
  charsetDecoder,
  openedMessages,
  type OpenedMessage,
  type OpenedMessages,
  socketMessages,
} from '../reading/recorded-messages.ts';
import type { JoinedExchange } from './joined-exchange.ts';

/** What was recorded of the content of one exchange: masked, and decoded. */
export interface HarBodies {
  readonly request?: HarMessage | undefined;
  readonly response?: HarMessage | undefined;
  /** What was sent and received over a WebSocket, by time. */
  readonly messages?: readonly HarSocketMessage[] | undefined;
  /** Why it is not here, or not all of it, in a sentence. */
  readonly unopened?: string | undefined;
}

/** One message. */
export interface HarMessage {
  /** As it was sent, with its query, values masked; of a request. */
  readonly target?: string | undefined;
  readonly fields: FieldLines;
  /** Absent where there was no content, or nobody here reads it. */
  readonly body?: HarBody | undefined;
  /** Why the body is not here, or not all of it, in a sentence. */
  readonly comment?: string | undefined;
  /** What HAR has no member for. */
  readonly notes: object;
}

/** As Chromium writes it: `data` of a binary message is base64 there, and here, where it is not recorded, empty. */
export interface HarSocketMessage {
  readonly type: 'send' | 'receive';
  /** Seconds since 1970. */
  readonly time: number;
  readonly opcode: number;
  readonly data: string;
  readonly _size?: number | undefined;
  readonly _digest?: string | undefined;
}

export interface HarBody {
  readonly mimeType: string;
  readonly text: string;
  /** Bytes of what `text` says. */
  readonly size: number;
  /** Set where `text` is not the content itself: it is no text in the charset that its message names. */
  readonly encoding?: 'base64';
}

const LEFT_OUT = 'More content was open at once than an export keeps: export this session, or a shorter time, by itself';
const NO_KEYS = 'Content opens with keys in the store of its installation: export it there';

/** @param reader absent where the keys of content are not at hand */
export async function harBodies(
  { content, isContentLeftOut, first }: Pick<JoinedExchange, 'content' | 'isContentLeftOut' | 'first'>,
  reader: Pick<ContentReader, 'open'> | undefined,
): Promise<HarBodies> {
  if (isContentLeftOut) return { unopened: LEFT_OUT };
  if (content.length === 0) return {};
  if (reader === undefined) return { unopened: NO_KEYS };
  const { request, response, unopened } = await openedMessages(content, reader);
  const messages = messagesOf({ request, response }, Date.parse(first.time));
  return {
    ...(messages.length > 0 && { messages }),
    ...(request !== undefined && { request: messageOf(request) }),
    ...(response !== undefined && { response: messageOf(response) }),
    ...(unopened !== undefined && { unopened }),
  };
}

function messagesOf({ request, response }: OpenedMessages, began: Instant): readonly HarSocketMessage[] {
  const of = (message: OpenedMessage | undefined, type: HarSocketMessage['type']): readonly HarSocketMessage[] =>
    message?.form !== 'messages'
      ? []
      : socketMessages(message.pieces).map(({ at, opcode, data = '', size, digest }) => {
          return { type, time: (began + at) / 1000, opcode, data, _size: size, _digest: digest };
        });
  return [...of(request, 'send'), ...of(response, 'receive')].toSorted((a, b) => a.time - b.time);
}

function messageOf(message: OpenedMessage): HarMessage {
  const { head, passed, unread, cut, digest, detail, trailers } = message;
  return {
    ...(head !== undefined && 'target' in head && { target: head.target }),
    fields: head?.fields ?? [],
    body: bodyOf(message),
    comment: commentOf(message),
    notes: { passed, unread, cut, digest, detail, trailers, omittedFields: head?.omittedFields },
  };
}

const UNREAD = {
  opaque: 'Not recorded: nobody here reads content of this type',
  unreadable: 'Not recorded: its coding or charset is not known here',
  partial: 'Not recorded: a part of something, where a value may lie across an end',
};
const CUT = {
  limit: 'There was more than recordings.content-limit lets be recorded',
  unreadable: 'It could not be read further',
  aborted: 'It broke off here',
};

function commentOf({ unread, cut, passed }: OpenedMessage): string | undefined {
  if (unread !== undefined) return UNREAD[unread];
  if (cut !== undefined) return CUT[cut];
  return passed === undefined ? 'Its end is not on the record' : undefined;
}

function bodyOf({ pieces, mediaType, head, unread, form }: OpenedMessage): HarBody | undefined {
  if (form === 'messages') return undefined;
  const bytes = Buffer.concat(pieces.map((piece) => piece.bytes));
  if (bytes.length === 0 || unread !== undefined) return undefined;
  const mimeType = mediaType ?? 'x-unknown';
  const size = bytes.length;
  try {
    return { mimeType, size, text: charsetDecoder(head?.fields ?? [], { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { mimeType, size, text: bytes.toString('base64'), encoding: 'base64' };
  }
}
