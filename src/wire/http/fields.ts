import type { FieldLines } from '../../core/exchange/exchange.ts';

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** No control but tab, no white space at the ends; bytes above 0x7f are opaque (RFC 9110 §5.5). */
const FIELD_VALUE = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;

/** Field lines from a flat list of alternating names and values, as Node's `rawHeaders` is. */
export function toFieldLines(raw: readonly string[]): FieldLines {
  const lines: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) lines.push([raw[i]!, raw[i + 1]!]);
  return lines;
}

/** The values of a flat list by name, in lower case and each in order: as Node's HTTP engines take lines that are repeated. */
export function groupedFields(flat: readonly string[]): Readonly<{ [name: string]: string[] }> {
  // A map first: `__proto__` is a name like any other.
  const groups = new Map<string, string[]>();
  for (const [name, value] of toFieldLines(flat)) {
    const lower = name.toLowerCase();
    const group = groups.get(lower);
    if (group === undefined) groups.set(lower, [value]);
    else group.push(value);
  }
  return Object.fromEntries(groups);
}

/**
 * The values of all lines with this name, in order.
 * @param name in lower case
 */
export function fieldValues(fields: FieldLines, name: string): readonly string[] {
  const values: string[] = [];
  for (const [lineName, value] of fields) if (isNamed(lineName, name)) values.push(value);
  return values;
}

/**
 * The combined value of the field (RFC 9110 §5.3); undefined when there is no such line. A repeated line of a field that is
 * no list gives a value that its parser refuses, which is what it should do.
 * @param name in lower case
 */
export function fieldValue(fields: FieldLines, name: string): string | undefined {
  let combined: string | undefined;
  for (const [lineName, value] of fields) {
    if (isNamed(lineName, name)) combined = combined === undefined ? value : `${combined}, ${value}`;
  }
  return combined;
}

/**
 * The lines that carry none of these names.
 * @param names in lower case
 */
export function withoutFields(fields: FieldLines, names: ReadonlySet<string>): FieldLines {
  return fields.filter(([name]) => !names.has(name.toLowerCase()));
}

/** The members of a comma-separated list of tokens, in lower case, empty members left out (RFC 9110 §5.6.1). */
export function listMembers(value: string): string[] {
  return value
    .split(',')
    .map((member) => member.trim().toLowerCase())
    .filter((member) => member !== '');
}

/** Whether the text is a token (RFC 9110 §5.6.2): what a method or a field name must be. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Whether the text can stand as a field value, one character per byte. */
export function isFieldValue(text: string): boolean {
  return FIELD_VALUE.test(text);
}

function isNamed(lineName: string, name: string): boolean {
  return lineName.length === name.length && (lineName === name || lineName.toLowerCase() === name);
}
