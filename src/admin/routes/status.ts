import { HealthAnswer } from '../contract.ts';
import type { AdminDependencies } from '../dependencies.ts';
import type { TypedServer } from '../typed-server.ts';

/** `/healthz`, `/readyz`, `/metrics`, `/v1/health` */
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
  server.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await dependencies.metrics();
    return reply.type(contentType).send(text);
  });
}
