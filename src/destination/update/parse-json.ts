import { Ajv, type ValidateFunction } from 'ajv';
import type { Static, TSchema } from 'typebox/type';
import { fail, ok, type Result } from '../../core/result.ts';

const AJV = new Ajv({ strict: false });
/** Compiled once per schema, at its first use. */
const VALIDATORS = new WeakMap<TSchema, ValidateFunction>();

/** The value of a JSON text of a given shape; members beyond it are kept. The failure is the path and what is wrong there. */
export function parseJson<S extends TSchema>(text: string, schema: S): Result<Static<S>, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail(`found what is not JSON (${(error as Error).message.slice(0, 120)})`);
  }
  const validate = validatorOf(schema);
  if (validate(value)) return ok(value as Static<S>);
  const [first] = validate.errors ?? [];
  return fail(`${first?.instancePath || '/'} ${first?.message ?? 'is not as documented'}`);
}

function validatorOf(schema: TSchema): ValidateFunction {
  const known = VALIDATORS.get(schema) ?? AJV.compile(schema);
  VALIDATORS.set(schema, known);
  return known;
}
