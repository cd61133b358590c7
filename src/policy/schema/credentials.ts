import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import { Duration, FieldName, Id, Line, Method, PlaceName, someOf, When, withDefault } from './scalars.ts';

const closed = { additionalProperties: false } as const;

/** RFC 6749 §3.3 */
const ScopeToken = Type.String({
  pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]+$',
  maxLength: 1000,
  expected: 'a scope: visible ASCII characters but " and \\, no spaces',
});

/** Data of the gateway alone goes there, and never as public data; who is certified is said of a destination. */
const TokenTransfer = Type.Object(
  {
    to: someOf(PlaceName, 'a list of places such as [US, global]', 'Where the token endpoint may be.'),
    basis: Type.Enum(['adequacy', 'scc', 'bcr', 'derogation', 'contract']),
    reference: Type.Optional(Line),
    until: Type.Optional(When),
  },
  { ...closed, description: 'Lets the client and its secret go to a token endpoint outside the home of the gateway.' },
);

const OAuth2 = Type.Object(
  {
    'token-url': Line,
    client: Line,
    scopes: withDefault(Type.Array(ScopeToken, { uniqueItems: true, expected: 'a list of scopes such as [read]' }), []),
    authentication: withDefault(Type.Enum(['client_secret_basic', 'client_secret_post']), 'client_secret_basic'),
    audience: Type.Optional(Line),
    resource: Type.Optional(Line),
    transfer: Type.Optional(TokenTransfer),
  },
  closed,
);

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
    Type.Object({ oauth2: OAuth2 }, closed),
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
    // Agents name their sessions: a bound for each of them is none for an agent that wants more.
    per: withDefault(Type.Enum(['session', 'agent', 'credential']), 'agent'),
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

export type OAuth2Text = Static<typeof OAuth2>;
export type CredentialText = Static<typeof CredentialSchema>;
