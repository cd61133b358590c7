import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import { Duration, FieldName, Id, Line, Method, someOf, withDefault } from './scalars.ts';

const closed = { additionalProperties: false } as const;

const Inject = Type.Union(
  [
    Type.Object({ bearer: Type.Literal(true) }, closed),
    Type.Object(
      {
        header: FieldName,
        value: Type.String({
          pattern: '^[^\\x00-\\x1f\\x7f]*\\{\\}[^\\x00-\\x1f\\x7f]*$',
          expected: 'text with {} where the secret goes',
        }),
      },
      closed,
    ),
    Type.Object({ query: Line }, closed),
    Type.Object({ basic: Line }, closed),
    Type.Object({ 'aws-sigv4': Type.Object({ service: Line, region: Line }, closed) }, closed),
    Type.Object({ oauth2: Type.Object({ 'token-url': Line, client: Line, scopes: Type.Array(Line) }, closed) }, closed),
  ],
  {
    expected: 'one of { bearer }, { header, value }, { query }, { basic }, { aws-sigv4 } and { oauth2 }',
    description: 'How the secret is put into requests.',
  },
);

const Uses = Type.Object(
  {
    most: Type.Integer({ minimum: 1, expected: 'a number of uses' }),
    every: Duration,
    per: withDefault(Type.Enum(['session', 'agent', 'credential']), 'session'),
  },
  { ...closed, description: 'How often it is put into requests, in any stretch of that time; default without bound.' },
);

/** One entry of `credentials`; the secret itself is kept outside the policy. */
export const CredentialSchema = Type.Object(
  {
    id: Id,
    for: someOf(Id, 'a list of destination ids', 'Declared destinations that may see the secret.'),
    inject: Inject,
    methods: Type.Optional(someOf(Method, 'a list of methods such as [GET, POST]', 'Methods it is used for; default all.')),
    paths: Type.Optional(someOf(Line, 'a list of path globs such as ["/v1/**"]', 'Paths it is used for; default all.')),
    uses: Type.Optional(Uses),
    require: Type.Optional(Type.Literal('placeholder', { description: 'Inject only where the agent sent the placeholder.' })),
  },
  { ...closed, description: 'A secret that the gateway puts into requests, so that agents never hold it.' },
);

export type CredentialText = Static<typeof CredentialSchema>;
