/** A text as one word of a POSIX shell, whatever it holds. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Variables as commands of a POSIX shell, safe to `eval` whatever the values hold. */
export function shellExports(variables: ReadonlyMap<string, string>): string[] {
  return [...variables].map(([name, value]) => `export ${name}=${quoted(value)}`);
}
