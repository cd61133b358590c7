import { CODES, type Code } from '../../core/codes.ts';
import type { RawFields } from '../../core/exchange/reply-sink.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { fieldValue, withoutFields } from '../../wire/http/fields.ts';
import { responseFieldsForClient } from '../../wire/http/hop-by-hop.ts';
import type { RecordedHead } from '../content/sealed-content.ts';
import type { JoinedExchange } from '../export/joined-exchange.ts';
import type { ContentReader } from '../reading/read-content.ts';
import { openedMessages, type OpenedMessage } from '../reading/recorded-messages.ts';

/** An answer of an origin as it is on the record: decoded, masked, and whole. */
export interface OriginAnswer {
  readonly status: number;
  readonly fields: RawFields;
  /** In the charset of the answer, each with the milliseconds since its exchange began. */
  readonly pieces: OpenedMessage['pieces'];
  readonly trailers: RawFields;
  /** It said no length of its content. */
  readonly isStream: boolean;
}

/** What the gateway answered itself. */
export interface OwnAnswer {
  readonly code: Code;
  /** 421 for a `name_mismatch` inside a tunnel. */
  readonly status: number;
}

export type RecordedAnswer = { readonly own: OwnAnswer } | { readonly origin: OriginAnswer };

/**
 * What was answered in an exchange.
 * @failure a sentence: why the record does not hold the whole of it
 */
export async function recordedAnswer(
  exchange: JoinedExchange,
  reader: Pick<ContentReader, 'open'>,
): Promise<Result<RecordedAnswer, string>> {
  const { decision, outcome, content } = exchange;
  if (outcome === undefined) return fail('The exchange has no end on the record');
  const { status, code = decision.code } = outcome;
  if (status === undefined) return fail('The agent was gone before it was answered');
  if (code !== undefined && decision.decision !== 'permit') return ok({ own: { code, status } });
  const own = code !== undefined && CODES[code].status === status ? { code, status } : undefined;
  if (content.length === 0) return own === undefined ? fail(noContent(exchange, status)) : ok({ own });
  const { response, unopened } = await openedMessages(content, reader);
  if (unopened !== undefined) return fail(unopened);
  // Where the origin had answered otherwise, its answer was not let through.
  if (own !== undefined && statusOf(response) !== status) return ok({ own });
  return originAnswer(response, decision.method);
}

function statusOf(message: OpenedMessage | undefined): number | undefined {
  return message?.head !== undefined && 'status' in message.head ? message.head.status : undefined;
}

function noContent({ decision }: JoinedExchange, status: number): string {
  if (status === 101) return WEBSOCKET;
  return decision.obligations.includes('record') ? CONTENT_REMOVED : NO_CONTENT;
}

function originAnswer(message: OpenedMessage | undefined, method: string | undefined): Result<RecordedAnswer, string> {
  const head = message?.head;
  if (message === undefined || head === undefined || !('status' in head)) return fail(NO_HEAD);
  const missing = head.status === 101 ? WEBSOCKET : missingOf(message);
  return missing === undefined ? ok({ origin: asSent(message, head, method) }) : fail(missing);
}

const WEBSOCKET = 'A WebSocket is not replayed';
const NO_HEAD = 'The head of the answer is not on the record';
const NO_CONTENT = 'No rule had the content of this exchange recorded (`record: content`)';
const CONTENT_REMOVED = 'The content of this exchange is not on the record any more, or could not be recorded';

/** They describe the bytes as they came, and what is recorded is decoded and masked. */
const OF_CODED_CONTENT: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-length',
  'content-digest',
  'content-md5',
  'digest',
  'repr-digest',
]);

const UNREAD = {
  opaque: 'Its content is of a type that nobody here reads, so it was not recorded',
  unreadable: 'Its coding or charset is not known here, so it was not recorded',
  partial: 'It is a part of something, where a value may lie across an end, so it was not recorded',
};
const CUT = {
  limit: 'It is longer than recordings.content-limit lets be recorded',
  unreadable: 'It could not be read to its end, so its end was not recorded',
  aborted: 'It broke off before its end',
};

function missingOf({ unread, cut, passed, head }: OpenedMessage): string | undefined {
  if (unread !== undefined && passed !== 0) return UNREAD[unread];
  if (cut !== undefined) return CUT[cut];
  if (passed === undefined) return 'The end of the answer is not on the record';
  return head?.omittedFields === undefined
    ? undefined
    : `${head.omittedFields} of its field lines were too long to be recorded`;
}

function asSent(
  { pieces, trailers = [] }: OpenedMessage,
  { status, fields }: Extract<RecordedHead, { readonly status: number }>,
  method: string | undefined,
): OriginAnswer {
  // What stands for content that was not sent with it, describes that.
  const described = method === 'HEAD' || status === 304 ? fields : withoutFields(fields, OF_CODED_CONTENT);
  const isStream = fieldValue(fields, 'content-length') === undefined;
  return { status, fields: responseFieldsForClient(described), pieces, trailers: trailers.flat(), isStream };
}
