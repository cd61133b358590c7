import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import { Addresses, Hosts } from './destinations.ts';
import { ApprovalSchema, Entities, HeadersSchema, LimitSchema, Masks, TunnelSchema } from './obligations.ts';
import { Id, Line, Method, PlaceName, Ports, Size, someOf, When, withDefault } from './scalars.ts';

const closed = { additionalProperties: false } as const;

const Places = someOf(PlaceName, 'a list of places such as [eu, "aws:eu-central-1"]', 'Countries, sets and cloud regions.');

const Except = Type.Object(
  { hosts: Type.Optional(Hosts), addresses: Type.Optional(Addresses), places: Type.Optional(Places) },
  { ...closed, minProperties: 1, expected: 'hosts, addresses or places', description: 'What is left out.' },
);

const InlineDestination = Type.Object(
  {
    hosts: Type.Optional(Hosts),
    addresses: Type.Optional(Addresses),
    ports: Ports,
    places: Type.Optional(Places),
    except: Type.Optional(Except),
  },
  { ...closed, minProperties: 1, expected: 'at least one of hosts, addresses, ports, places and except' },
);
export type InlineDestinationText = Static<typeof InlineDestination>;

const To = Type.Union([Type.Literal('any'), Type.Array(Id, { minItems: 1, uniqueItems: true }), InlineDestination], {
  expected: 'a list of destination ids, any, or { hosts, addresses, ports, places, except }',
  description: 'Destinations that the rule is about.',
});

const Content = Type.Object(
  {
    entities: Entities,
    types: Type.Optional(
      someOf(
        Type.String({
          pattern: '^(\\*|[a-z0-9][a-z0-9!#$&^_.+-]*)/(\\*|[a-z0-9*][a-z0-9!#$&^_.+*-]*)$',
          maxLength: 130,
          expected: 'a media type or glob such as application/json or text/*',
        }),
        'a list of media types such as [application/json, "text/*"]',
        'Narrows permits and obligations only.',
      ),
    ),
    max: withDefault(Type.String({ ...Size, description: 'How far content is read.' }), '10MiB'),
  },
  { ...closed, description: 'The content holds at least one of these entities.' },
);

const Transfer = Type.Object(
  {
    to: someOf(
      PlaceName,
      'a list of places such as [US, global]',
      'Every possible place; global, anycast and unknown must be named.',
    ),
    basis: Type.Enum(['adequacy', 'dpf', 'scc', 'bcr', 'derogation', 'contract', 'public-data'], {
      description: 'The legal basis.',
    }),
    reference: Type.Optional(Line),
    until: Type.Optional(When),
  },
  { ...closed, description: 'Lets data leave home, to these places and on this basis.' },
);
export type TransferText = Static<typeof Transfer>;

/** One entry of `rules`. */
export const RuleSchema = Type.Object(
  {
    id: Id,
    agents: Type.Optional(
      someOf(
        Type.String({ pattern: '^[a-z0-9*-]{1,100}$', expected: 'an agent id, or a glob such as "support-*"' }),
        'a list of agent ids and globs',
        'Agents that the rule is about; default all.',
      ),
    ),
    to: To,
    methods: Type.Optional(
      Type.Array(Method, {
        minItems: 1,
        uniqueItems: true,
        expected: 'a list of methods such as [GET, POST]',
        description: 'Default all.',
      }),
    ),
    paths: Type.Optional(
      someOf(
        Line,
        'a list of path globs such as ["/v1/**"]',
        '`*` is one segment or part of one, `**` any number of segments. Default all.',
      ),
    ),
    content: Type.Optional(Content),
    // oxlint-disable-next-line unicorn/no-thenable -- a key of the policy language; nobody awaits a schema
    then: Type.Optional(
      Type.Enum(['permit', 'hold', 'deny'], {
        description: 'Deny beats hold beats permit, in any order. Absent: the rule only adds obligations.',
      }),
    ),
    transfer: Type.Optional(Transfer),
    approval: Type.Optional(ApprovalSchema),
    mask: Type.Optional(Masks),
    credential: Type.Optional(Id),
    limits: Type.Optional(
      someOf(LimitSchema, 'a list of limits such as [{ requests: 600, every: 1m }]', 'Every matching limit applies.'),
    ),
    record: withDefault(
      Type.Enum(['metadata', 'content'], { description: 'What is recorded; content is masked first.' }),
      'metadata',
    ),
    inspect: withDefault(Type.Boolean({ description: 'false: a tunnel is judged whole, and never opened.' }), true),
    tunnel: Type.Optional(TunnelSchema),
    length: withDefault(Type.Enum(['spool', 'chunked'], { description: 'How content that masking resizes is sent.' }), 'spool'),
    signed: withDefault(
      Type.Enum(['deny', 'pass'], { description: 'What happens to signed requests that masking would break.' }),
      'deny',
    ),
    opaque: withDefault(
      Type.Enum(['deny', 'hold', 'pass'], { description: 'Images, archives and unknown media under mask or content.' }),
      'deny',
    ),
    'or-unknown': withDefault(
      Type.Boolean({ description: 'places of a deny or hold also match where the place is not known.' }),
      false,
    ),
    'agent-credentials': withDefault(
      Type.Enum(['pass', 'drop'], { description: 'Credentials that the agent itself sends.' }),
      'pass',
    ),
    headers: Type.Optional(HeadersSchema),
  },
  { ...closed, description: 'One rule. The order of rules never matters.' },
);

export type RuleText = Static<typeof RuleSchema>;
