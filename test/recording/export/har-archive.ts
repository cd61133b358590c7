/** Checks archives against the published schema of HTTP Archive 1.2, more strictly than it is written. */
import { createRequire } from 'node:module';
import addFormats from 'ajv-formats';
import { Ajv, type AnySchemaObject } from 'ajv';
import draft6 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' };

export interface HarArchive {
  readonly log: { readonly entries: readonly HarEntry[] };
}

interface HarEntry {
  readonly startedDateTime: string;
  readonly comment?: string;
  readonly request: { readonly url: string; readonly postData?: HarText } & { readonly [member: string]: unknown };
  readonly response: { readonly status: number; readonly content: HarText } & { readonly [member: string]: unknown };
  readonly _cordon: { readonly [member: string]: unknown };
}

interface HarText {
  readonly mimeType: string;
  readonly text?: string;
  readonly comment?: string;
}

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addMetaSchema(draft6);
const require = createRequire(import.meta.url);
const schemas = require('har-schema') as Readonly<Record<string, AnySchemaObject>>;
// HAR 1.2, "Custom fields": a member that it does not know begins with an underscore.
for (const schema of Object.values(schemas))
  ajv.addSchema({
    ...schema,
    ...(schema['type'] === 'object' && { additionalProperties: false, patternProperties: { '^_': {} } }),
  });

/** What is wrong with it. */
export function archiveErrors(value: unknown): unknown {
  return ajv.validate('har.json#', value) ? [] : ajv.errors;
}
