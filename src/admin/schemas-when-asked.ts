import { AjvCompiler } from '@fastify/ajv-compiler';
import { SerializerSelector } from '@fastify/fast-json-stringify-compiler';
import type { FastifySchema, FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify';
import type { TypedServer } from './typed-server.ts';

type Validator = ReturnType<FastifySchemaCompiler<FastifySchema>>;

/**
 * Schemas become code when their route is first asked: all of them at the start took an eighth of its CPU time, and most
 * belong to routes that nobody asks that day.
 */
export function compileSchemasWhenAsked(server: TypedServer): void {
  // What is asked is taken as it stands, and every mistake in it is told.
  const customOptions = { coerceTypes: false, removeAdditional: false, allErrors: true } as const;
  const validators = AjvCompiler()({}, { customOptions }) as unknown as FastifySchemaCompiler<FastifySchema>;
  const serializers = SerializerSelector()() as FastifySerializerCompiler<FastifySchema>;
  server.setValidatorCompiler((route) => {
    let compiled: Validator | undefined;
    const validate: Validator = (data) => {
      compiled ??= validators(route);
      const result = compiled(data);
      validate.errors = compiled.errors ?? null;
      return result;
    };
    return validate;
  });
  server.setSerializerCompiler((route) => {
    let compiled: ReturnType<typeof serializers> | undefined;
    return (data) => (compiled ??= serializers(route))(data);
  });
}
