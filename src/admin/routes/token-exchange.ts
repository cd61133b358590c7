import type { FastifyReply } from 'fastify';
import { fail, ok, type Result } from '../../core/result.ts';
import { clientOf } from '../access/visit.ts';
import type { ExchangeOrder } from '../access/people.ts';
import { ExchangeAnswer, ExchangeError } from '../contract/people.ts';
import type { AdminDependencies } from '../dependencies.ts';
import { sendRefusal } from '../problem.ts';
import type { TypedServer } from '../typed-server.ts';

const FORM = 'application/x-www-form-urlencoded';
/** An assertion may have 16 KiB, and every character of it may be escaped. */
const MAX_BYTES = 64 * 1024;
const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const TYPE = 'urn:ietf:params:oauth:token-type:';
/** All of them are verified as what they are: signed JWTs. */
const SUBJECT_TYPES: ReadonlySet<string> = new Set([`${TYPE}jwt`, `${TYPE}id_token`, `${TYPE}access_token`]);
const SESSION_SCOPE = /^session:([A-Za-z0-9._-]{1,64})$/;

/** Why an exchange is refused (RFC 6749 §5.2, RFC 8693 §2.2.2). */
interface WrongOrder {
  readonly error: ExchangeError['error'];
  readonly description: string;
}

/** `POST /v1/token-exchange`, whose content is a form as RFC 8693 §2.1 has it. */
export async function tokenExchangeRoute(server: TypedServer, { tokenExchange }: AdminDependencies): Promise<void> {
  // In a scope of its own: nowhere else is a form taken, which any page can send.
  await server.register((scope) => {
    scope.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: MAX_BYTES }, (_request, body, done) => done(null, body));
    const schema = { consumes: [FORM], response: { 200: ExchangeAnswer, 400: ExchangeError } };
    scope.post('/v1/token-exchange', { schema }, async (request, reply) => {
      if (tokenExchange === undefined) {
        return sendRefusal(reply, { status: 404, detail: 'No token is exchanged here (setting token-exchange)' });
      }
      if (typeof request.body !== 'string') return refuse(reply, wrong('invalid_request', `Expected a form (${FORM})`));
      const order = exchangeOrder(new URLSearchParams(request.body), tokenExchange.audience);
      if (!order.ok) return refuse(reply, order.failure);
      const exchanged = await tokenExchange.exchange(order.value, clientOf(request));
      if (exchanged.ok) {
        const { text, lifetime, session } = exchanged.value;
        return reply.code(200).send({
          access_token: text,
          issued_token_type: `${TYPE}access_token`,
          token_type: 'Bearer',
          expires_in: Math.floor(lifetime / 1000),
          ...(session !== undefined && { scope: `session:${session}` }),
        });
      }
      const { status, detail } = exchanged.failure;
      // RFC 8693 §2.2.2: a token that is not valid for whatever reason.
      return status === 401 ? refuse(reply, wrong('invalid_request', detail)) : sendRefusal(reply, exchanged.failure);
    });
    return Promise.resolve();
  });
}

/** What the form asks for, once it is something that can be given. */
function exchangeOrder(form: URLSearchParams, audience: string): Result<ExchangeOrder, WrongOrder> {
  // RFC 6749 §3.2: what is repeated has two readings, and what is empty was left out.
  const isRepeated = [...form.keys()].some((name) => form.getAll(name).length > 1);
  if (isRepeated) return fail(wrong('invalid_request', 'Found a parameter twice, expected each once'));
  const given = (name: string): string | undefined => form.get(name) || undefined;
  const assertion = given('subject_token');
  if (assertion === undefined) return fail(wrong('invalid_request', 'Expected subject_token'));
  const scope = given('scope');
  const session = scope === undefined ? undefined : SESSION_SCOPE.exec(scope)?.[1];
  if (scope !== undefined && session === undefined) return fail(wrong('invalid_scope', 'Expected scope=session:NAME, or none'));
  const isRight = rightValues(audience);
  const refused = REFUSALS.find(([name]) => isRight[name]?.(given(name)) !== true);
  return refused === undefined ? ok({ assertion, session }) : fail(refused[1]);
}

type Check = (value: string | undefined) => boolean;

const absent: Check = (value) => value === undefined;
const oneOf =
  (expected: ReadonlySet<string>): Check =>
  (value) =>
    value !== undefined && expected.has(value);

function rightValues(audience: string): Readonly<Record<string, Check>> {
  return {
    grant_type: oneOf(new Set([GRANT])),
    subject_token_type: oneOf(SUBJECT_TYPES),
    requested_token_type: (value) => value === undefined || value === `${TYPE}access_token`,
    actor_token: absent,
    resource: absent,
    audience: (value) => value === undefined || value === audience,
  };
}

const REFUSALS: readonly (readonly [string, WrongOrder])[] = [
  ['grant_type', wrong('unsupported_grant_type', `Expected grant_type=${GRANT}`)],
  ['subject_token_type', wrong('invalid_request', `Expected subject_token_type=${TYPE}jwt`)],
  ['requested_token_type', wrong('invalid_request', `Expected requested_token_type=${TYPE}access_token, or none`)],
  ['actor_token', wrong('invalid_request', 'Nobody acts for somebody else here: found actor_token')],
  ['resource', wrong('invalid_target', 'The token is for this gateway alone: found resource')],
  ['audience', wrong('invalid_target', 'The token is for this gateway alone: found another audience')],
];

function wrong(error: ExchangeError['error'], description: string): WrongOrder {
  return { error, description };
}

function refuse(reply: FastifyReply, { error, description }: WrongOrder): FastifyReply {
  return reply.code(400).send({ error, error_description: description });
}
