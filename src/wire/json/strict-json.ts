import { fail, ok, type Result } from '../../core/result.ts';

/** Objects and arrays inside one another; deeper than any API asks for, and what other readers take without running out. */
const MAX_DEPTH = 64;

/**
 * Reads JSON that every reader reads alike. A member that stands twice has two readings (RFC 8259 §4: "unpredictable"): one
 * reader takes the first, one the last, so whoever judges by one of them can be shown another. Nesting has a bound.
 *
 * @failure what was found, in words without any of the text
 */
export function strictJson(text: string): Result<unknown, string> {
  // Before the nesting is known to be bounded nothing is built of it.
  const problem = findAmbiguity(text);
  if (problem !== undefined) return fail(problem);
  try {
    return ok(JSON.parse(text));
  } catch {
    return fail('text that is not JSON');
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Looks at names and nesting only; where the text is not JSON, it may find nothing. */
function findAmbiguity(text: string): string | undefined {
  /** The names of each object that is open; undefined for an array. */
  const open: (Set<string> | undefined)[] = [];
  let mayBeName = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    switch (character) {
      case '{':
      case '[':
        if (open.length === MAX_DEPTH) return `more than ${MAX_DEPTH} objects and arrays inside one another`;
        open.push(character === '{' ? new Set() : undefined);
        mayBeName = true;
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        mayBeName = true;
        break;
      case '"': {
        const end = endOfString(text, at);
        const names = open.at(-1);
        if (mayBeName && names !== undefined && !addName(names, text.slice(at, end))) return 'the same member twice';
        mayBeName = false;
        at = end - 1;
        break;
      }
    }
  }
  return undefined;
}

/** The place behind the closing quotation mark, or the end of the text. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return Math.min(at + 1, text.length);
}

/** @returns false when the object has the name already, however it is escaped */
function addName(names: Set<string>, literal: string): boolean {
  const name = decoded(literal);
  if (names.has(name)) return false;
  names.add(name);
  return true;
}

function decoded(literal: string): string {
  if (!literal.includes('\\')) return literal.slice(1, -1);
  try {
    return JSON.parse(literal) as string;
  } catch {
    // No JSON, which is found out anyway.
    return literal;
  }
}
