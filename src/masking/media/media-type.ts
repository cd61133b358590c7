/** A media type with its parameters: type and names in lower case, values as they are meant. */
export interface MediaType {
  /** Such as `text/plain`. */
  readonly essence: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = String.raw`[!#$%&'*+\-.^_\x60|~0-9A-Za-z]+`;
const QUOTED = String.raw`"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*"`;
const ESSENCE = new RegExp(`^[ \\t]*(${TOKEN}/${TOKEN})[ \\t]*(?=;|$)`);
const PARAMETER = new RegExp(`;[ \\t]*(?:(${TOKEN})=(${TOKEN}|${QUOTED})[ \\t]*)?(?=;|$)`, 'y');

/**
 * Reads the value of a Content-Type field strictly. What another reader could read otherwise is refused: a parameter that
 * is given twice, and anything the grammar does not know.
 *
 * @returns undefined where it is no media type
 * @source RFC 9110 §5.6.6, §8.3.1
 */
export function parseMediaType(value: string): MediaType | undefined {
  const found = ESSENCE.exec(value);
  if (found === null) return undefined;
  const parameters = new Map<string, string>();
  PARAMETER.lastIndex = found[0].length;
  while (PARAMETER.lastIndex < value.length) {
    const match = PARAMETER.exec(value);
    if (match === null) return undefined;
    const [, name, text] = match;
    if (name === undefined || text === undefined) continue;
    if (parameters.has(name.toLowerCase())) return undefined;
    parameters.set(name.toLowerCase(), text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text);
  }
  return { essence: found[1]!.toLowerCase(), parameters };
}
