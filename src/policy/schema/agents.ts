import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import { AddressBlock, Id, Line, PlaceName, someOf, withDefault } from './scalars.ts';

const Home = Type.Union([PlaceName, Type.Array(PlaceName, { minItems: 1, uniqueItems: true })], {
  expected: 'a country, a set, several of them in a list, or any',
  description: 'Where the data of this agent must stay. `any` gives up the residency floor.',
});

const Oidc = Type.Object(
  {
    issuer: Line,
    subject: Line,
    claims: withDefault(
      Type.Record(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_.:/-]{0,99}$' }), Line, {
        additionalProperties: false,
        maxProperties: 20,
        expected: 'names of claims with what they say, such as { environment: production }',
        description: 'Further claims that must be texts such as these; `*` stands for any characters.',
      }),
      {},
    ),
  },
  { additionalProperties: false, description: 'A token exchanged for one of this issuer, of a subject such as `repo:acme/*`.' },
);

const IdentifyEntry = Type.Object(
  {
    token: Type.Optional(Type.Literal(true, { description: 'A valid agent token of this agent must be presented.' })),
    cidr: Type.Optional(someOf(AddressBlock, 'a list of CIDR blocks such as ["10.20.0.0/16"]', 'Source addresses.')),
    certificate: Type.Optional(Line),
    oidc: Type.Optional(Oidc),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    expected: 'at least one of token, cidr, certificate and oidc',
    description: 'All that is written in one entry must hold; entries are alternatives.',
  },
);

/** One entry of `agents`. */
export const AgentSchema = Type.Object(
  {
    id: Id,
    home: Home,
    mode: withDefault(
      Type.Enum(['enforce', 'observe'], {
        description: 'observe: what the rules would deny passes and is recorded; floors hold.',
      }),
      'enforce',
    ),
    owners: withDefault(
      Type.Array(Line, { uniqueItems: true, description: 'Persons answerable for it; they may not approve its requests.' }),
      [],
    ),
    identify: withDefault(
      someOf(IdentifyEntry, 'a list of ways to identify it such as [{ token: true }]', 'How it is recognised.'),
      [{ token: true }],
    ),
  },
  { additionalProperties: false, description: 'A subject: who sends requests, and where its data must stay.' },
);

export type AgentText = Static<typeof AgentSchema>;
