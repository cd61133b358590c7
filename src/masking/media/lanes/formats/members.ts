import { fromBytes } from '../../bytes/text-bytes.ts';
import { member, type JsonDocument, type JsonValue } from '../../json/json-value.ts';
import { decodeString } from '../../json/string-literal.ts';

/** The text of a member of the root; undefined where it is no string. */
export function stringOf(document: JsonDocument, name: string): string | undefined {
  return textOf(document, member(document.root, name));
}

/** The text of a value; undefined where it is no string. */
export function textOf(document: JsonDocument, value: JsonValue | undefined): string | undefined {
  return value?.kind === 'string' ? decodeString(document.bytes, value) : undefined;
}

/** A value as it is written, for use in a key; empty where there is none. */
export function rawOf(document: JsonDocument, value: JsonValue | undefined): string {
  return value === undefined ? '' : fromBytes(document.bytes.subarray(value.start, value.end));
}

/** Whether there is a value and it is not null. */
export function isSet(value: JsonValue | undefined): value is JsonValue {
  return value !== undefined && value.kind !== 'null';
}
