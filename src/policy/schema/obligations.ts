import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import { Duration, EntityName, FIELD_NAME, FieldName, Line, Size, someOf, withDefault } from './scalars.ts';

const closed = { additionalProperties: false } as const;

export const Entities = someOf(EntityName, 'a list of entities such as [pii, secrets]', 'Entity groups or single entities.');

const MaskLong = Type.Object(
  {
    entities: Entities,
    as: withDefault(
      Type.Enum(['redact', 'partial', 'hash', 'token'], { description: 'token is restored on the way back; requests only.' }),
      'redact',
    ),
    in: withDefault(
      Type.Array(Type.Enum(['content', 'query', 'fields', 'path']), {
        minItems: 1,
        uniqueItems: true,
        description: 'Where values are masked.',
      }),
      ['content', 'query', 'fields'],
    ),
    unreadable: withDefault(
      Type.Enum(['deny', 'pass'], { description: 'What happens to content that cannot be read.' }),
      'deny',
    ),
  },
  closed,
);

const Mask = Type.Union([Entities, MaskLong], {
  expected: 'a list of entities, or { entities, as, in, unreadable }',
  description: 'A list means { entities: […], as: redact }.',
});
export type MaskText = Static<typeof Mask>;

/** `mask` of a rule. */
export const Masks = Type.Object(
  { request: Type.Optional(Mask), response: Type.Optional(Mask) },
  {
    ...closed,
    minProperties: 1,
    expected: 'request, response or both',
    description: 'Values that are masked before they leave or come back.',
  },
);

/** `approval` of a rule. */
export const ApprovalSchema = Type.Object(
  {
    by: Type.Optional(someOf(Line, 'a list of groups such as [privacy]', 'Groups whose members may decide.')),
    quorum: withDefault(Type.Integer({ minimum: 1, maximum: 20, expected: 'a number of persons from 1 to 20' }), 1),
    wait: withDefault(Type.String({ ...Duration, description: 'How long the client is kept waiting.' }), '55s'),
    expires: withDefault(Type.String({ ...Duration, description: 'How long the request can be decided on.' }), '30m'),
    reason: withDefault(
      Type.Enum(['optional', 'required'], { description: 'Whether the requester must say why.' }),
      'optional',
    ),
    fields: withDefault(Type.Array(FieldName, { description: 'Field lines that an approval is bound to.' }), []),
    'step-up': withDefault(Type.Boolean({ description: 'Approvers sign in again.' }), false),
    grant: Type.Optional(
      Type.Object({ max: Duration }, { ...closed, description: 'Approvers may permit the same kind for this long.' }),
    ),
  },
  { ...closed, description: 'Who decides on held requests.' },
);
export type ApprovalText = Static<typeof ApprovalSchema>;

/** One entry of `limits`. */
export const LimitSchema = Type.Object(
  {
    requests: Type.Optional(Type.Integer({ minimum: 0, expected: 'a number of requests' })),
    bytes: Type.Optional(Size),
    every: Duration,
    per: withDefault(Type.Enum(['agent', 'session', 'destination', 'rule']), 'agent'),
  },
  { ...closed, description: 'So many requests, or so many bytes of content, in a time.' },
);
export type LimitText = Static<typeof LimitSchema>;

const FIELD_VALUE = '^[\\x21-\\x7e]([\\x20-\\x7e]*[\\x21-\\x7e])?$';

/** `headers` of a rule. */
export const HeadersSchema = Type.Object(
  {
    set: Type.Optional(
      Type.Record(
        Type.String({ pattern: FIELD_NAME }),
        Type.String({ pattern: FIELD_VALUE, maxLength: 4096, expected: 'a field value in printable ASCII' }),
        {
          additionalProperties: false,
          expected: 'names of header fields with their values',
        },
      ),
    ),
    require: Type.Optional(someOf(FieldName, 'a list of field names', 'A permit matches only requests that carry these.')),
    remove: Type.Optional(someOf(FieldName, 'a list of field names', 'Taken away before the request leaves.')),
  },
  { ...closed, minProperties: 1, expected: 'set, require or remove', description: 'Header fields of the request.' },
);

/** `tunnel` of a rule with `inspect: false`. */
export const TunnelSchema = Type.Object(
  {
    protocol: withDefault(Type.Enum(['tls', 'any'], { description: 'any: bytes that are no TLS pass too.' }), 'tls'),
    sni: withDefault(
      Type.Enum(['required', 'optional'], { description: 'Whether the handshake must name the server.' }),
      'required',
    ),
  },
  closed,
);
