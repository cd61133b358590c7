import { PlaceAnswer, PlaceParams, TablesAnswer } from '../contract.ts';
import type { AdminDependencies } from '../dependencies.ts';
import { sendProblem } from '../problem.ts';
import type { TypedServer } from '../typed-server.ts';

/** `/v1/tables` and `/v1/places` */
export function placeRoutes(server: TypedServer, dependencies: AdminDependencies): void {
  server.get('/v1/tables', { schema: { response: { 200: TablesAnswer } } }, () => dependencies.tables());
  server.get(
    '/v1/places/:hostOrIp',
    { schema: { params: PlaceParams, response: { 200: PlaceAnswer } } },
    async (request, reply) => {
      const answer = dependencies.place(request.params.hostOrIp);
      if (answer.ok) return reply.send(answer.value);
      sendProblem(reply, 422, answer.failure);
      return reply;
    },
  );
}
