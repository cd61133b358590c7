import { principalOf } from '../access/visit.ts';
import { HealthAnswer, LimitsAnswer } from '../contract.ts';
import type { AdminDependencies } from '../dependencies.ts';
import type { TypedServer } from '../typed-server.ts';

/** `/healthz`, `/readyz`, `/metrics`, `/v1/health`, `/v1/limits` */
export function statusRoutes(server: TypedServer, dependencies: AdminDependencies): void {
  server.get('/healthz', (_request, reply) => reply.type('text/plain').send('ok\n'));
  server.get('/readyz', (_request, reply) => {
    const ready = dependencies.ready();
    return reply
      .code(ready ? 200 : 503)
      .type('text/plain')
      .send(ready ? 'ready\n' : 'not ready\n');
  });
  server.get('/v1/health', { schema: { response: { 200: HealthAnswer } } }, () => dependencies.health());
  server.get('/v1/limits', { schema: { response: { 200: LimitsAnswer } } }, (request) =>
    dependencies.limits(principalOf(request)),
  );
  server.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await dependencies.metrics();
    return reply.type(contentType).send(text);
  });
}
