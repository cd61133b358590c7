/** Beyond, a value would grow without measure: every level doubles its backslashes. */
const DEEPEST = 5;

/**
 * A value as it must be written in a string of JSON, or in one in a string, and so on.
 * @param depth in how many strings it stands
 * @returns undefined where it cannot be written: it needs a string, or the strings are too deep
 */
export function escapeJson(value: string, depth: number): string | undefined {
  if (escapeOnce(value) === value) return value;
  if (depth === 0 || depth > DEEPEST) return undefined;
  let text = value;
  for (let i = 0; i < depth; i++) text = escapeOnce(text);
  return text;
}

function escapeOnce(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
