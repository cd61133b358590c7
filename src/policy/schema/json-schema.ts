import type { TSchema } from 'typebox/type';
import { PolicySchema } from '../schema.ts';
import { ExpectationsSchema } from './expectations.ts';

/** JSON Schema (draft 2020-12) of a policy file, for editors: what `rules/policy.schema.json` holds. */
export function policyJsonSchema(): Record<string, unknown> {
  return editorSchema('Cordon policy', PolicySchema);
}

/** JSON Schema (draft 2020-12) of a file of policy tests, for editors. */
export function expectationsJsonSchema(): Record<string, unknown> {
  return editorSchema('Cordon policy tests', ExpectationsSchema);
}

function editorSchema(title: string, schema: TSchema): Record<string, unknown> {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title, ...(standard(schema) as Record<string, unknown>) };
}

/** Keywords that JSON Schema knows; `expected` becomes a comment, which validators skip and readers find. */
function standard(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(standard);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) =>
      key === 'expected' && typeof value === 'string' ? ['$comment', `expected: ${value}`] : [key, standard(value)],
    ),
  );
}
