import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import { CODES } from '../../core/codes.ts';
import { Id, Line, PlaceName, someOf, When } from './scalars.ts';

/** An exchange that fails was permitted, so only denials can be expected of a policy. */
const DENIAL_CODES = Object.entries(CODES).flatMap(([code, row]) => (row.kind === 'denial' ? [code] : []));

const closed = { additionalProperties: false } as const;

const Text = Type.String({ maxLength: 1_000_000, expected: 'text' });

const Given = Type.Object(
  {
    agent: Id,
    request: Type.String({
      maxLength: 16_384,
      expected: '"METHOD URI", or "CONNECT host:port"',
      description: 'As `"POST https://api.example.com/v1"`.',
    }),
    type: Type.Optional(
      Type.String({
        pattern: '^[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*$',
        maxLength: 130,
        expected: 'a media type such as application/json',
      }),
    ),
    content: Type.Optional(Text),
    addresses: Type.Optional(
      someOf(
        Type.String({ maxLength: 50, expected: 'an IP address' }),
        'a list of IP addresses',
        'What the name resolves to; without them only name evidence is judged.',
      ),
    ),
    fields: Type.Optional(
      Type.Record(Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$" }), Text, {
        ...closed,
        expected: 'names of header fields with their values',
      }),
    ),
    session: Type.Optional(Line),
    now: Type.Optional(When),
  },
  { ...closed, description: 'The request. Nothing is resolved and nothing is sent.' },
);

const PlacePerFacet = Type.Object(
  { entry: Type.Optional(PlaceName), processing: Type.Optional(PlaceName), storage: Type.Optional(PlaceName) },
  { ...closed, minProperties: 1, expected: 'entry, processing or storage' },
);

const Expect = Type.Object(
  {
    decision: Type.Enum(['permit', 'hold', 'deny']),
    code: Type.Optional(Type.Enum(DENIAL_CODES, { expected: 'a code of contract §3 such as no_rule' })),
    rules: Type.Optional(
      Type.Array(Id, { expected: 'a list of rule ids', description: 'The rules that win, all of them, in any order.' }),
    ),
    transfer: Type.Optional(Type.Enum(['none', 'adequacy', 'dpf', 'scc', 'bcr', 'derogation', 'contract', 'public-data'])),
    place: Type.Optional(
      Type.Union([PlaceName, PlacePerFacet], { expected: 'the entry place, or { entry, processing, storage }' }),
    ),
    obligations: Type.Optional(
      Type.Array(Type.Enum(['record', 'mask', 'credential', 'limit', 'approval', 'headers', 'drop-agent-credentials']), {
        uniqueItems: true,
        expected: 'a list of obligations such as [record]',
      }),
    ),
    sent: Type.Optional(
      Type.Object(
        {
          contains: Type.Optional(someOf(Text, 'a list of texts', 'What leaves holds these.')),
          'not-contains': Type.Optional(someOf(Text, 'a list of texts', 'What leaves holds none of these.')),
        },
        { ...closed, minProperties: 1 },
      ),
    ),
    findings: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[a-z][a-z0-9-]*$' }),
        Type.Integer({ minimum: 0, expected: 'a number of findings' }),
        { ...closed, expected: 'entities with their numbers' },
      ),
    ),
  },
  { ...closed, description: 'What must come out; what is not written is not compared.' },
);

/** One case of a file of policy tests. */
export const ExpectationSchema = Type.Object(
  {
    name: Type.String({ pattern: '^[^\\x00-\\x1f\\x7f]+$', maxLength: 300, expected: 'one line that says what is shown' }),
    given: Given,
    expect: Expect,
  },
  { ...closed, description: 'One case: a request and what the policy must say to it.' },
);
export type ExpectationText = Static<typeof ExpectationSchema>;

/** A file of `rules/tests/` (contract §5). */
export const ExpectationsSchema = Type.Array(ExpectationSchema, { expected: 'a list of cases with name, given and expect' });
