import type { FastifyReply } from 'fastify';
import type { Result } from '../../core/result.ts';
import type { SeenAgent } from '../access/agent-desk.ts';
import { principalOf } from '../access/visit.ts';
import { AgentItem, agentItem, AgentParams, AgentsAnswer, StopBody } from '../contract/agents.ts';
import type { AdminDependencies } from '../dependencies.ts';
import { type Refusal, sendRefusal } from '../problem.ts';
import type { TypedServer } from '../typed-server.ts';

/** `/v1/agents` */
export function agentRoutes(server: TypedServer, { agents }: AdminDependencies): void {
  server.get('/v1/agents', { schema: { response: { 200: AgentsAnswer } } }, async (request, reply) => {
    const listed = await agents.list(principalOf(request));
    return listed.ok ? reply.send({ items: listed.value.map(agentItem) }) : sendRefusal(reply, listed.failure);
  });
  const schema = { params: AgentParams, body: StopBody, response: { 200: AgentItem } };
  server.post('/v1/agents/:id/stop', { schema }, async (request, reply) =>
    send(reply, await agents.stop(request.params.id, request.body?.reason, principalOf(request))),
  );
  server.post('/v1/agents/:id/resume', { schema }, async (request, reply) =>
    send(reply, await agents.resume(request.params.id, request.body?.reason, principalOf(request))),
  );
}

function send(reply: FastifyReply, agent: Result<SeenAgent, Refusal>): FastifyReply {
  return agent.ok ? reply.send(agentItem(agent.value)) : sendRefusal(reply, agent.failure);
}
