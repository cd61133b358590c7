import swagger from '@fastify/swagger';
import type { FastifySchema } from 'fastify';
import type { OpenAPIV3_1 } from 'openapi-types';
import { type Permission, permissionOf } from '../access/permissions.ts';
import type { TypedServer } from '../typed-server.ts';

/** RFC 9457, as `problem.ts` sends it. */
const PROBLEM: OpenAPIV3_1.SchemaObject = {
  type: 'object',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string', const: 'about:blank' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      description: 'What is wrong with the request, member by member.',
      items: { type: 'object', properties: { pointer: { type: 'string' }, message: { type: 'string' } } },
    },
  },
};

/** Collects the schemas of all routes that are registered after it, with who may call each. */
export async function collectDescription(server: TypedServer): Promise<void> {
  await server.register(swagger, {
    convertConstToEnum: false,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Cordon admin API',
        version: 'v1',
        description: 'What people ask the gateway. `x-roles` names the roles that may call an operation.',
      },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'Token of a person.' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'cordon-session',
            description:
              'Session of the console; over TLS its cookie is `__Host-cordon-session`. What changes something needs the field `Cordon-CSRF` as well.',
          },
        },
        schemas: { Problem: PROBLEM },
      },
    },
    transform: ({ schema, url, route }) => {
      const [method = ''] = [route.method].flat();
      const row = permissionOf(method, url);
      return { url, schema: row === undefined ? schema : described(schema, row) };
    },
    transformObject: (document) =>
      'openapiObject' in document ? withProblems(document.openapiObject as OpenAPIV3_1.Document) : document.swaggerObject,
  });
}

function described(schema: FastifySchema | undefined, { roles, without, summary }: Permission): FastifySchema {
  const isOpen = without === 'anyone';
  const details = {
    ...schema,
    summary,
    security: isOpen ? [] : [{ token: [] }, { session: [] }, ...(without === 'local' ? [{}] : [])],
    ...(!isOpen && { 'x-roles': roles }),
  };
  return details;
}

/** Every operation answers with a problem when it does not answer with what was asked for. */
function withProblems(document: OpenAPIV3_1.Document): OpenAPIV3_1.Document {
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  for (const path of Object.values(document.paths ?? {})) {
    for (const operation of [path?.get, path?.post, path?.delete]) {
      if (operation !== undefined)
        operation.responses = { ...operation.responses, default: { description: 'Refused', content } };
    }
  }
  return document;
}
