/** What was recorded: what the admin API takes and gives. */
import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import { next, paging } from './paging.ts';

const closed = { additionalProperties: false } as const;

/** Printable ASCII: what filters are compared with holds nothing else. */
const Text = (description: string, maxLength = 255) => Type.String({ pattern: '^[!-~]+$', maxLength, description });
const Id = (description: string) => Type.String({ pattern: '^[a-z][a-z0-9-]*$', maxLength: 255, description });
const Moment = (description: string) => Type.String({ format: 'date-time', description });
const DECISIONS = ['permit', 'hold', 'deny'] as const;
const Decision = Type.Unsafe<(typeof DECISIONS)[number]>({ type: 'string', enum: DECISIONS });
const SESSION = '^(?:[an]-[0-9a-f]{32}|[0-9a-f]{20})$';

const filters = {
  since: Type.Optional(Text('An instant, or how long ago: 2026-11-22T10:00:00Z, 7d.', 32)),
  until: Type.Optional(Text('The same; exclusive.', 32)),
  subject: Type.Optional(Id('Agent.')),
  session: Type.Optional(Type.String({ pattern: SESSION })),
  host: Type.Optional(Text('Name or address of the destination; `*.example.com` for all names below one.')),
  decision: Type.Optional(Decision),
  code: Type.Optional(Type.String({ pattern: '^[a-z_]+$', maxLength: 64, description: 'Why it was refused, or failed.' })),
  place: Type.Optional(
    Text('Where content enters, is processed or stored, as recorded: `DE`, `aws:eu-central-1`, `unknown`.', 64),
  ),
  rule: Type.Optional(Id('A rule that decided.')),
  entity: Type.Optional(Id('A kind of value that was found.')),
};

export const ExchangesQuery = Type.Object({ ...filters, ...paging }, closed);
export const PlacesQuery = Type.Object(filters, closed);
/** Filters as they are asked for. */
export type AskedFilters = Static<typeof PlacesQuery>;

export const SessionsQuery = Type.Object({ subject: filters.subject, ...paging }, closed);
export const ExchangeParams = Type.Object({ id: Type.String({ pattern: '^[0-9a-f-]{36}$' }) }, closed);
export const SessionParams = Type.Object({ id: Type.String({ pattern: SESSION }) }, closed);

const Findings = Type.Record(Type.String(), Type.Integer());

const summary = {
  id: Type.String(),
  state: Type.Unsafe<'open' | 'ended'>({
    type: 'string',
    enum: ['open', 'ended'],
    description: 'Whether its outcome is recorded.',
  }),
  time: Moment('Of its first record.'),
  session: Type.Optional(Type.String()),
  agent: Type.Optional(Type.String({ description: 'Absent where it could not be identified.' })),
  home: Type.Optional(Type.String()),
  kind: Type.Optional(Type.String()),
  method: Type.Optional(Type.String()),
  target: Type.Optional(Type.String({ description: 'Masked; values of the query are left out.' })),
  decision: Decision,
  code: Type.Optional(Type.String()),
  wouldDeny: Type.Optional(Type.String({ description: 'Of an agent that is only observed.' })),
  rules: Type.Array(Type.String()),
  places: Type.Optional(Type.Object({ entry: Type.String(), processing: Type.String(), storage: Type.String() })),
  transfer: Type.Optional(Type.String({ description: 'Legal basis, where it left home.' })),
  approval: Type.Optional(Type.String({ description: 'What it waited for, or was let go by.' })),
  status: Type.Optional(Type.Integer({ description: 'HTTP status that the client got.' })),
  bytes: Type.Optional(Type.Object({ sent: Type.Integer(), received: Type.Integer() })),
  milliseconds: Type.Optional(Type.Number({ description: 'From the first byte of the request to the end.' })),
  findings: Type.Optional(Findings),
};

export const ExchangeSummary = Type.Object(summary);
/** An exchange as lists show it. */
export type ExchangeSummary = Static<typeof ExchangeSummary>;

export const ExchangeAnswer = Type.Object({
  ...summary,
  writer: Type.String({ description: 'Whose chain its records are in.' }),
  seq: Type.Integer({ description: 'Of its first record.' }),
  policy: Type.Optional(Type.String()),
  records: Type.Array(Type.Unsafe<Readonly<{ [member: string]: unknown }>>({ type: 'object', additionalProperties: true }), {
    description:
      'As they were written, without those of its content; none where they lie on another machine, or are past their retention.',
  }),
});
/** An exchange, whole. */
export type ExchangeAnswer = Static<typeof ExchangeAnswer>;

export const ExchangesAnswer = Type.Object({ items: Type.Array(ExchangeSummary), next });

export const PlacesAnswer = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String({ description: 'Where content was processed, or would have been, as recorded.' }),
      countries: Type.Array(Type.String(), {
        description: 'That it may be (ISO 3166-1 alpha-2, XK); none where it may be any.',
      }),
      permit: Type.Integer(),
      hold: Type.Integer(),
      deny: Type.Integer(),
    }),
  ),
  isWhole: Type.Boolean({ description: 'False where only the newest of those that match were counted.' }),
});
export type PlacesAnswer = Static<typeof PlacesAnswer>;

export const SessionItem = Type.Object({
  id: Type.String(),
  state: Type.Literal('recorded'),
  agent: Type.Optional(Type.String()),
  home: Type.Optional(Type.String()),
  firstAt: Moment('Of its first record.'),
  lastAt: Moment('Of its last decision.'),
  decisions: Type.Object(
    { permit: Type.Integer(), hold: Type.Integer(), deny: Type.Integer() },
    { description: 'Decision records: an exchange that was held and let go counts for both.' },
  ),
  bytes: Type.Object({ sent: Type.Integer(), received: Type.Integer() }),
  findings: Type.Integer({ description: 'Values that were found.' }),
});
/** An agent run, as far as it is recorded. */
export type SessionItem = Static<typeof SessionItem>;

export const SessionsAnswer = Type.Object({ items: Type.Array(SessionItem), next });
