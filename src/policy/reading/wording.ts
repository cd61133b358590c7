import { quote } from '../../wire/quote.ts';
import { kindOf, kindOfValue, type SchemaNode } from './schema-node.ts';

/** What messages call a value of this schema. */
export function describe(schema: SchemaNode): string {
  if (schema.expected !== undefined) return schema.expected;
  const words = schema.enum ?? (schema.const === undefined ? undefined : [String(schema.const)]);
  if (words !== undefined) return alternatives(words);
  if (schema.anyOf !== undefined) return alternatives(schema.anyOf.map(describe));
  if (schema.properties !== undefined) return `a mapping of ${Object.keys(schema.properties).join(', ')}`;
  if (schema.items !== undefined) return `a list of ${describe(schema.items)}`;
  return KINDS[schema.type ?? 'object'];
}

const KINDS = {
  object: 'a mapping',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
} as const;

function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** A value as messages show it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return `the number ${value}`;
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'object' || value === null) return 'nothing';
  const empty = Object.keys(value).length === 0 ? 'an empty' : 'a';
  return Array.isArray(value) ? `${empty} list` : `${empty} mapping`;
}

/** How to write a value of the wrong kind in the right one; undefined where that is not plain. */
export function mismatchHint(schema: SchemaNode, value: unknown): string | undefined {
  const kinds = schema.anyOf?.map(kindOf) ?? [kindOf(schema)];
  const kind = kindOfValue(value);
  if (kinds.includes(kind)) return undefined;
  if (kinds.includes('array') && kind === 'string') return `write [${String(value)}]`;
  if (kinds.includes('string') && (kind === 'integer' || kind === 'boolean'))
    return `quote it if it is text: "${String(value)}"`;
  return undefined;
}
