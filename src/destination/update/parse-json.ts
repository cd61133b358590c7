import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { fail, ok, type Result } from '../../core/result.ts';

/** The value of a JSON text of a given shape; members beyond it are kept. The failure is the path and what is wrong there. */
export function parseJson<S extends TSchema>(text: string, schema: S): Result<Static<S>, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail(`found what is not JSON (${(error as Error).message.slice(0, 120)})`);
  }
  if (Value.Check(schema, value)) return ok(value);
  const [first] = Value.Errors(schema, value);
  return fail(`${first?.instancePath || '/'} ${first?.message ?? 'is not as documented'}`);
}
