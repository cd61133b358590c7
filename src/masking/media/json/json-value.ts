/** A value inside the bytes of a JSON text: what it is and where it stands, `bytes[start]` to `bytes[end - 1]`. */
export type JsonValue = JsonObject | JsonArray | JsonString | JsonScalar;

interface Span {
  readonly start: number;
  readonly end: number;
}

export interface JsonObject extends Span {
  readonly kind: 'object';
  /** By decoded name, in the order they were written. */
  readonly members: ReadonlyMap<string, JsonValue>;
}

export interface JsonArray extends Span {
  readonly kind: 'array';
  readonly items: readonly JsonValue[];
}

/** Its span holds the quotes. */
export interface JsonString extends Span {
  readonly kind: 'string';
}

export interface JsonScalar extends Span {
  readonly kind: 'number' | 'boolean' | 'null';
}

/** A JSON text and what it says. */
export interface JsonDocument {
  readonly bytes: Uint8Array;
  readonly root: JsonValue;
}

/** The member of that name; undefined where there is none or the value is no object. */
export function member(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return value?.kind === 'object' ? value.members.get(name) : undefined;
}

/** The items of an array; of anything else none. */
export function itemsOf(value: JsonValue | undefined): readonly JsonValue[] {
  return value?.kind === 'array' ? value.items : [];
}
