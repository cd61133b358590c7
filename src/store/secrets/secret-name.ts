import type { Bytes } from '../../core/units.ts';

const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;
/** Larger than any key or token. */
export const MOST_VALUE: Bytes = 64 * 1024;

export function isSecretName(name: string): boolean {
  return NAME.test(name);
}

/** Why no secret can have this name, in a sentence. */
export function secretNameProblem(name: string): string | undefined {
  if (isSecretName(name)) return undefined;
  return `Found the name "${name}", expected up to 64 small letters, digits, "-" and "_", a letter or digit first`;
}
