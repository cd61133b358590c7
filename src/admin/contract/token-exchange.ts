/** What `POST /v1/token-exchange` gives; named as RFC 8693 and RFC 6749 name it. */
import * as Type from 'typebox/type';
import type { Static } from 'typebox/type';

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
