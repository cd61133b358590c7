import type { Secrets } from '../../core/ports.ts';
import { fail, ok } from '../../core/result.ts';
import { secretNameProblem } from './secret-name.ts';

const PREFIX = 'CORDON_SECRET_';

/** The variable of a secret: `openai-key` is in `CORDON_SECRET_OPENAI_KEY`. */
function secretVariable(name: string): string {
  return PREFIX + name.replaceAll('-', '_').toUpperCase();
}

/**
 * Secrets in the environment of the gateway, as it was at its start: another value takes a restart. Names that differ in `-` and
 * `_` alone share a variable.
 */
export function createEnvironmentSecrets(environment: Readonly<Record<string, string | undefined>>): Secrets {
  const elsewhere = (name: string) =>
    Promise.resolve(
      fail(`secrets.provider is environment: set ${secretVariable(name)} where the gateway is started, and start it again`),
    );
  return {
    find: (name) => {
      const problem = secretNameProblem(name);
      if (problem !== undefined) return Promise.resolve(fail(problem));
      const value = environment[secretVariable(name)];
      return Promise.resolve(ok(value === '' ? undefined : value));
    },
    set: elsewhere,
    list: () =>
      Promise.resolve(
        ok(
          Object.entries(environment)
            .filter(([variable, value]) => variable.startsWith(PREFIX) && value !== undefined && value !== '')
            .map(([variable]) => variable.slice(PREFIX.length).toLowerCase())
            .sort(),
        ),
      ),
    remove: elsewhere,
  };
}
