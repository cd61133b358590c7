import type { FastifyInstance } from 'fastify';
import type { AdminDependencies } from '../dependencies.ts';

/** `/healthz`, `/readyz`, `/metrics` */
export function statusRoutes(server: FastifyInstance, dependencies: AdminDependencies): void {
  server.get('/healthz', (_request, reply) => reply.type('text/plain').send('ok\n'));
  server.get('/readyz', (_request, reply) => {
    const ready = dependencies.ready();
    return reply
      .code(ready ? 200 : 503)
      .type('text/plain')
      .send(ready ? 'ready\n' : 'not ready\n');
  });
  server.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await dependencies.metrics();
    return reply.type(contentType).send(text);
  });
}
