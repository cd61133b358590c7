import { CheckAnswer, CheckBody, ExplainAnswer, ExplainBody, PolicyAnswer } from '../contract.ts';
import { principalOf } from '../access/visit.ts';
import { ReloadAnswer } from '../contract/people.ts';
import { SimulateAnswer, SimulateBody } from '../contract/records.ts';
import type { AdminDependencies } from '../dependencies.ts';
import { sendProblem, sendRefusal } from '../problem.ts';
import { TokenBucket } from '../token-bucket.ts';
import type { TypedServer } from '../typed-server.ts';

/** Trials in a row, and per second after that. */
const TRIALS = { burst: 20, perSecond: 5 };

/** `/v1/policy` and the trials below it */
export function policyRoutes(server: TypedServer, dependencies: AdminDependencies): void {
  const limiter = new TokenBucket(dependencies.clock, TRIALS);
  server.get('/v1/policy', { schema: { response: { 200: PolicyAnswer } } }, () => dependencies.policy());
  server.post('/v1/policy/reload', { schema: { response: { 200: ReloadAnswer } } }, async (request, reply) => {
    const result = await dependencies.reload(principalOf(request));
    return result.ok ? reply.send({ result: result.value }) : sendRefusal(reply, result.failure);
  });
  server.post('/v1/policy/check', { schema: { body: CheckBody, response: { 200: CheckAnswer } } }, async (request, reply) => {
    if (limiter.take()) return reply.send(dependencies.check(request.body));
    sendProblem(reply.header('retry-after', '1'), 429);
    return reply;
  });
  const simulated = { schema: { body: SimulateBody, response: { 200: SimulateAnswer } } };
  server.post('/v1/policy/simulate', simulated, async (request, reply) => {
    const answer = await dependencies.records.simulate(request.body, principalOf(request));
    return answer.ok ? reply.send(answer.value) : sendRefusal(reply, answer.failure);
  });
  server.post(
    '/v1/policy/explain',
    { schema: { body: ExplainBody, response: { 200: ExplainAnswer } } },
    async (request, reply) => {
      if (!limiter.take()) {
        sendProblem(reply.header('retry-after', '1'), 429);
        return reply;
      }
      const answer = await dependencies.explain(request.body);
      if (answer.ok) return reply.send(answer.value);
      sendProblem(reply, 422, answer.failure);
      return reply;
    },
  );
}
