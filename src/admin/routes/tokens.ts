import { parseLifetime } from '../../core/people/lifetime.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { TokenOrder } from '../access/people.ts';
import { principalOf, visitorOf } from '../access/visit.ts';
import { Done, IdParams, MintAnswer, MintBody, TokensAnswer, TokensQuery } from '../contract/people.ts';
import { tokenItem } from '../contract/people-items.ts';
import type { AdminDependencies } from '../dependencies.ts';
import { type Refusal, sendRefusal } from '../problem.ts';
import type { TypedServer } from '../typed-server.ts';
import { pageAnswer, pageQuery } from './paging.ts';

/** `/v1/tokens` */
export function tokenRoutes(server: TypedServer, { people, clock }: AdminDependencies): void {
  const listed = { schema: { querystring: TokensQuery, response: { 200: TokensAnswer } } };
  server.get('/v1/tokens', listed, async (request, reply) => {
    const page = pageQuery(request.query);
    if (!page.ok) return sendRefusal(reply, page.failure);
    const tokens = await people.tokens(page.value, principalOf(request));
    if (!tokens.ok) return sendRefusal(reply, tokens.failure);
    return reply.send(pageAnswer(tokens.value, (token) => tokenItem(token, clock.now())));
  });
  server.post('/v1/tokens', { schema: { body: MintBody, response: { 201: MintAnswer } } }, async (request, reply) => {
    const order = tokenOrder(request.body);
    if (!order.ok) return sendRefusal(reply, order.failure);
    const minted = await people.mint(order.value, visitorOf(request));
    if (!minted.ok) return sendRefusal(reply, minted.failure);
    const { text, token } = minted.value;
    return reply.code(201).send({ token: text, ...tokenItem(token, clock.now()) });
  });
  server.delete('/v1/tokens/:id', { schema: { params: IdParams, response: { 204: Done } } }, async (request, reply) => {
    const revoked = await people.revoke(request.params.id, principalOf(request));
    return revoked.ok ? reply.code(204).send(null) : sendRefusal(reply, revoked.failure);
  });
}

/** What is asked for, once it is one thing and whole. */
function tokenOrder({ agent, person, role, groups = [], places = [], ttl = '1h' }: MintBody): Result<TokenOrder, Refusal> {
  const lifetime = parseLifetime(ttl);
  if (!lifetime.ok) return refuse(`ttl: ${lifetime.failure}`);
  if (agent !== undefined && person === undefined) {
    const isPlain = role === undefined && groups.length === 0 && places.length === 0;
    return isPlain ? ok({ agent, ttl: lifetime.value }) : refuse('Found a scope beside an agent, which has none');
  }
  if (person === undefined || agent !== undefined) return refuse('Expected either agent, or person and role');
  if (role === undefined) return refuse(`Found person "${person}" without role`);
  return ok({ person, assignment: { role, groups, places }, ttl: lifetime.value });
}

function refuse(detail: string): Result<never, Refusal> {
  return fail({ status: 422, detail });
}
