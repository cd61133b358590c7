/** People, their tokens and their sessions: what the admin API takes and gives. */
import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';
import { ROLES, type Role } from '../../core/people/role.ts';
import { next, paging } from './paging.ts';

const closed = { additionalProperties: false } as const;

const RoleName = Type.Unsafe<Role>({ type: 'string', enum: ROLES });
const Names = (description: string) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 64, pattern: String.raw`^[A-Za-z][A-Za-z0-9._\-]*$` }), {
    maxItems: 64,
    uniqueItems: true,
    description,
  });
const Moment = (description: string) => Type.String({ format: 'date-time', description });

const assignment = {
  role: RoleName,
  groups: Type.Array(Type.String(), { description: 'Groups of approvers that the person speaks for.' }),
  places: Type.Array(Type.String(), { description: 'Where the subjects are at home that the role covers; empty: everywhere.' }),
};

export const SignInBody = Type.Object({ token: Type.String({ minLength: 1, maxLength: 255 }) }, closed);
/** `POST /v1/sign-in` */
export type SignInBody = Static<typeof SignInBody>;

export const SignInQuery = Type.Object(
  { again: Type.Optional(Type.Literal('1', { description: 'Show anew who you are, for what asks for it.' })) },
  closed,
);
export const SignInWays = Type.Object({
  oidc: Type.Boolean({ description: 'Whether `GET /v1/sign-in/oidc` leads to an identity provider; a token always serves.' }),
  saml: Type.Boolean({ description: 'Whether `GET /v1/sign-in/saml` leads to one that speaks SAML.' }),
});
/** `GET /v1/sign-in` */
export type SignInWays = Static<typeof SignInWays>;

export const MeAnswer = Type.Object({
  person: Type.String(),
  ...assignment,
  authTime: Moment('When the person last showed who it is.'),
  credential: Type.String({ description: '`token:<id>` or `session:<id>`.' }),
  session: Type.Optional(
    Type.Object({
      expiresAt: Moment('When the session ends whatever happens.'),
      csrf: Type.String({ description: 'For the field Cordon-CSRF of every request that changes something.' }),
    }),
  ),
});
/** Who asks. */
export type MeAnswer = Static<typeof MeAnswer>;

export const MintBody = Type.Object(
  {
    agent: Type.Optional(Type.String({ minLength: 1, maxLength: 128, description: 'A token for this agent of the policy.' })),
    person: Type.Optional(Type.String({ minLength: 1, maxLength: 254, description: 'A token for this person; with `role`.' })),
    role: Type.Optional(RoleName),
    groups: Type.Optional(Names('Groups of approvers that the person speaks for.')),
    places: Type.Optional(Names('Countries or sets that the role is scoped to; absent: everywhere.')),
    ttl: Type.Optional(Type.String({ maxLength: 16, description: 'How long it is valid: 15m, 1h, 7d. Absent: 1h.' })),
  },
  closed,
);
/** `POST /v1/tokens` */
export type MintBody = Static<typeof MintBody>;

export const TokenItem = Type.Object({
  id: Type.String(),
  state: Type.Unsafe<'valid' | 'expired' | 'revoked' | 'used'>({ enum: ['valid', 'expired', 'revoked', 'used'] }),
  agent: Type.Optional(Type.String()),
  person: Type.Optional(Type.String()),
  role: Type.Optional(RoleName),
  groups: Type.Optional(Type.Array(Type.String())),
  places: Type.Optional(Type.Array(Type.String())),
  createdAt: Moment('When it was minted.'),
  expiresAt: Moment('When it ends by itself.'),
  mintedBy: Type.Optional(Type.String({ description: 'A person, `local:<user>`, or `cordon`.' })),
  breakGlass: Type.Optional(Type.String({ description: 'Of a token for an emergency: why it was made.' })),
});
/** A token without its secret. */
export type TokenItem = Static<typeof TokenItem>;

export const TokensQuery = Type.Object(paging, closed);
export const TokensAnswer = Type.Object({ items: Type.Array(TokenItem), next });
export type TokensAnswer = Static<typeof TokensAnswer>;

export const MintAnswer = Type.Object({
  token: Type.String({ description: 'Shown this once, and kept nowhere.' }),
  ...TokenItem.properties,
});
export type MintAnswer = Static<typeof MintAnswer>;

/** Named as RFC 8693 §2.2.1 names it. */
export const ExchangeAnswer = Type.Object({
  access_token: Type.String({ description: 'A token of the agent, shown this once.' }),
  issued_token_type: Type.String(),
  token_type: Type.String(),
  expires_in: Type.Integer({ description: 'Seconds.' }),
  scope: Type.Optional(Type.String({ description: '`session:NAME`, where it serves for one session alone.' })),
});

const ERRORS = ['invalid_request', 'invalid_scope', 'invalid_target', 'unsupported_grant_type'] as const;

export const ExchangeError = Type.Object({
  error: Type.Unsafe<(typeof ERRORS)[number]>({ type: 'string', enum: ERRORS }),
  error_description: Type.String(),
});
/** RFC 6749 §5.2 */
export type ExchangeError = Static<typeof ExchangeError>;

export const ConsoleSessionsAnswer = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      state: Type.Unsafe<'open' | 'ended' | 'expired'>({ enum: ['open', 'ended', 'expired'] }),
      person: Type.String(),
      ...assignment,
      authTime: Moment('When the person last showed who it is.'),
      lastSeenAt: Moment('When it was last used, to the minute.'),
      expiresAt: Moment('When it ends whatever happens.'),
    }),
  ),
});
export type ConsoleSessionsAnswer = Static<typeof ConsoleSessionsAnswer>;

export const IdParams = Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{20}$' }) }, closed);

/** Of what is done and has no answer. */
export const Done = Type.Null({ description: 'Done' });

export const ReloadAnswer = Type.Object({
  result: Type.Unsafe<'loaded' | 'refused' | 'unchanged'>({ enum: ['loaded', 'refused', 'unchanged'] }),
});
export type ReloadAnswer = Static<typeof ReloadAnswer>;
