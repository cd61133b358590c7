/** What was recorded of the content of an exchange: what the admin API gives. */
import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import type { RecordedContent } from '../access/exchange-desk.ts';

const Fields = Type.Array(Type.Object({ name: Type.String(), value: Type.String() }));

const Message = Type.Object({
  method: Type.Optional(Type.String()),
  target: Type.Optional(Type.String()),
  status: Type.Optional(Type.Integer()),
  fields: Fields,
  omittedFields: Type.Optional(Type.Integer({ description: 'Fields that did not fit the record.' })),
  mediaType: Type.Optional(Type.String()),
  pieces: Type.Array(
    Type.Object({
      at: Type.Number({ description: 'Milliseconds since the exchange began.' }),
      text: Type.String({ description: 'Decoded and masked.' }),
    }),
    { description: 'In the order and with the times in which they passed.' },
  ),
  trailers: Type.Optional(Fields),
  passed: Type.Optional(Type.Integer({ description: 'Bytes of content that passed; absent where no end is recorded.' })),
  unread: Type.Optional(Type.String({ description: 'Why nobody here could read it: `opaque`, `unreadable`, `partial`.' })),
  cut: Type.Optional(Type.String({ description: 'Why there is no more of it: `limit`, `unreadable`, `aborted`.' })),
  digest: Type.Optional(Type.String({ description: 'Keyed, of what nobody could read.' })),
  detail: Type.Optional(Type.String()),
});
/** One message as it is on the record. */
export type ContentMessage = Static<typeof Message>;

export const ContentAnswer = Type.Object({
  request: Type.Optional(Message),
  response: Type.Optional(Message),
  unopened: Type.Optional(Type.String({ description: 'Why it cannot be opened, or not all of it: the key was deleted.' })),
});
/** The content of an exchange; neither message where none is recorded. */
export type ContentAnswer = Static<typeof ContentAnswer>;

export function contentAnswer({ request, response, unopened }: RecordedContent): ContentAnswer {
  return {
    ...(request !== undefined && { request: messageOf(request) }),
    ...(response !== undefined && { response: messageOf(response) }),
    ...(unopened !== undefined && { unopened }),
  };
}

function messageOf({ head, pieces, trailers, ...rest }: NonNullable<RecordedContent['request']>): ContentMessage {
  const { fields = [], ...line } = head ?? {};
  const given = Object.entries({ ...line, ...rest }).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(given) as Omit<ContentMessage, 'fields' | 'pieces'>),
    fields: linesOf(fields),
    pieces: pieces.map(({ at, text }) => ({ at, text })),
    ...(trailers !== undefined && { trailers: linesOf(trailers) }),
  };
}

function linesOf(lines: readonly (readonly [string, string])[]): { name: string; value: string }[] {
  return lines.map(([name, value]) => ({ name, value }));
}
