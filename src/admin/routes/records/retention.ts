import { principalOf } from '../../access/visit.ts';
import { SessionParams } from '../../contract/exchanges.ts';
import { Done } from '../../contract/people.ts';
import {
  HoldBody,
  HoldItem,
  holdItem,
  HoldParams,
  HoldsAnswer,
  ReleaseBody,
  SessionRetentionAnswer,
  sessionRetentionAnswer,
  ShredAnswer,
  ShredBody,
} from '../../contract/retention.ts';
import type { AdminDependencies } from '../../dependencies.ts';
import { sendRefusal } from '../../problem.ts';
import type { TypedServer } from '../../typed-server.ts';

/** `/v1/legal-holds`, `/v1/sessions/{id}/retention` and `/v1/content/shred` */
export function retentionRoutes(server: TypedServer, { retention }: AdminDependencies): void {
  server.get('/v1/legal-holds', { schema: { response: { 200: HoldsAnswer } } }, async (request, reply) => {
    const holds = await retention.holds(principalOf(request));
    return holds.ok ? reply.send({ items: holds.value.map(holdItem) }) : sendRefusal(reply, holds.failure);
  });
  server.post('/v1/legal-holds', { schema: { body: HoldBody, response: { 201: HoldItem } } }, async (request, reply) => {
    const held = await retention.hold(request.body, principalOf(request));
    return held.ok ? reply.code(201).send(holdItem(held.value)) : sendRefusal(reply, held.failure);
  });
  const released = { schema: { params: HoldParams, body: ReleaseBody, response: { 204: Done } } };
  server.post('/v1/legal-holds/:id/release', released, async (request, reply) => {
    const done = await retention.release(request.params.id, request.body.reason, principalOf(request));
    return done.ok ? reply.code(204).send(null) : sendRefusal(reply, done.failure);
  });
  const one = { schema: { params: SessionParams, response: { 200: SessionRetentionAnswer } } };
  server.get('/v1/sessions/:id/retention', one, async (request, reply) => {
    const found = await retention.ofSession(request.params.id, principalOf(request));
    return found.ok ? reply.send(sessionRetentionAnswer(found.value)) : sendRefusal(reply, found.failure);
  });
  const shredded = { schema: { body: ShredBody, response: { 200: ShredAnswer } } };
  server.post('/v1/content/shred', shredded, async (request, reply) => {
    const done = await retention.shred(request.body, principalOf(request));
    return done.ok ? reply.send({ sessions: [...done.value.sessions] }) : sendRefusal(reply, done.failure);
  });
}
