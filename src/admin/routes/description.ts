import type { OpenAPIV3_1 } from 'openapi-types';
import { DOCS_STYLE, docsPage } from '../description/docs-page.ts';
import type { TypedServer } from '../typed-server.ts';

/** `/openapi.json` and `/docs` */
export function descriptionRoutes(server: TypedServer): void {
  const hidden = { schema: { hide: true } } as const;
  server.get('/openapi.json', hidden, (_request, reply) => reply.type('application/json').send(server.swagger()));
  server.get('/docs', hidden, (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(docsPage(server.swagger() as OpenAPIV3_1.Document)),
  );
  server.get('/docs/style.css', hidden, (_request, reply) => reply.type('text/css; charset=utf-8').send(DOCS_STYLE));
}
