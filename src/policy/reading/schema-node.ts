/** The part of JSON Schema that policy schemas use. `expected` is what messages call a value of this schema. */
export interface SchemaNode {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly expected?: string;
  readonly default?: unknown;
  readonly const?: string | number | boolean;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly SchemaNode[];
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: SchemaNode;
  readonly minItems?: number;
  readonly uniqueItems?: boolean;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
}

export type Kind = 'object' | 'array' | 'string' | 'integer' | 'boolean' | 'null';

/** The kind of value that a schema without alternatives describes. */
export function kindOf(schema: SchemaNode): Kind {
  return schema.type ?? kindOfValue(schema.enum?.[0] ?? schema.const);
}

export function kindOfValue(value: unknown): Kind {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  return typeof value === 'number' ? 'integer' : 'object';
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return kindOfValue(value) === 'object';
}

/** The schema of a member; undefined for a key that the schema does not know. */
export function memberOf(schema: SchemaNode, key: string): SchemaNode | undefined {
  const properties = schema.properties ?? {};
  if (Object.hasOwn(properties, key)) return properties[key];
  const free = Object.entries(schema.patternProperties ?? {});
  return free.find(([pattern]) => new RegExp(pattern, 'u').test(key))?.[1];
}
