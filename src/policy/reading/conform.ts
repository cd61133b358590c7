import type { Static, TSchema } from 'typebox/type';
import { didYouMean } from '../text/nearest.ts';
import { isMapping, kindOf, kindOfValue, memberOf, type SchemaNode } from './schema-node.ts';
import type { Spot } from './spot.ts';
import { describe, mismatchHint, show } from './wording.ts';

/**
 * The value as the schema types it, with defaults filled in; undefined when it broke the schema, and then every breach was
 * reported at its spot. JSON Schema validators say which keyword failed; people need to know what was found, what was
 * expected and which key they probably meant, so this walks the schema itself.
 *
 * Understands exactly the keywords of `SchemaNode`; a test holds it to the verdicts of ajv.
 */
export function conform<S extends TSchema>(schema: S, value: unknown, spot: Spot): Static<S> | undefined {
  const walk = new Walk();
  const conformed = walk.check(schema, value, spot);
  return walk.isWhole ? (conformed as Static<S>) : undefined;
}

/** A value that conforms, perhaps only because something was left out of it. */
export interface Salvaged<T> {
  readonly value: T;
  /** Nothing was left out. Where something was, that it is absent means nothing. */
  readonly isWhole: boolean;
}

/**
 * Like {@link conform}, but the object loses only unknown keys and those optional members that broke the schema, so that
 * what is wrong with the others is told in the same run. Undefined when a required member is missing or broken.
 */
export function salvage<S extends TSchema>(schema: S, value: unknown, spot: Spot): Salvaged<Static<S>> | undefined {
  const walk = new Walk();
  if (!isMapping(value)) {
    if (value !== undefined) walk.mismatch(schema, value, spot);
    return undefined;
  }
  const { conformed, isUsable } = walk.members(schema, value, spot);
  return isUsable ? { value: conformed as Static<S>, isWhole: walk.isWhole } : undefined;
}

/** Reports the members of an object that its schema does not name; gives the object, its members unchecked. */
export function knownMembers(schema: TSchema, value: unknown, spot: Spot): Readonly<Record<string, unknown>> | undefined {
  const walk = new Walk();
  if (isMapping(value)) {
    walk.reportUnknownKeys(schema, value, spot);
    return value;
  }
  if (value !== undefined) walk.mismatch(schema, value, spot);
  return undefined;
}

/** A value that cannot be used; what is wrong with it was reported. */
const BROKEN: unique symbol = Symbol('broken');

interface Members {
  readonly conformed: Readonly<Record<string, unknown>>;
  readonly lost: boolean;
  /** Every required member is there. */
  readonly isUsable: boolean;
}

/** One walk over a value and its schema. */
class Walk {
  /** No breach was found so far. */
  isWhole = true;

  check(schema: SchemaNode, value: unknown, spot: Spot): unknown {
    // Undefined: the reader of the file has reported it.
    if (value === undefined) return this.#break();
    if (schema.anyOf !== undefined) return this.#checkChoice(schema, schema.anyOf, value, spot);
    if (schema.enum !== undefined || schema.const !== undefined) return this.#checkWord(schema, value, spot);
    switch (schema.type) {
      case 'string':
        return this.#checkText(schema, value, spot);
      case 'integer':
        return this.#checkInteger(schema, value, spot);
      case 'boolean':
        return typeof value === 'boolean' ? value : this.mismatch(schema, value, spot);
      case 'array':
        return Array.isArray(value) ? this.#checkList(schema, value, spot) : this.mismatch(schema, value, spot);
      case 'object':
        return isMapping(value) ? this.#checkObject(schema, value, spot) : this.mismatch(schema, value, spot);
      case undefined:
      default:
        return value;
    }
  }

  /** The members that conform, with defaults; `lost`: some member did not. */
  members(schema: SchemaNode, value: Readonly<Record<string, unknown>>, spot: Spot): Members {
    this.reportUnknownKeys(schema, value, spot);
    const conformed: Record<string, unknown> = {};
    let lost = false;
    for (const [key, member] of Object.entries(value)) {
      const memberSchema = memberOf(schema, key);
      if (memberSchema === undefined) continue;
      const result = this.check(memberSchema, member, spot.at(key));
      if (result === BROKEN) lost = true;
      else conformed[key] = result;
    }
    for (const [key, member] of Object.entries(schema.properties ?? {})) {
      if (key in conformed) continue;
      if (member.default !== undefined) conformed[key] = member.default;
      if (schema.required?.includes(key) !== true || key in value) continue;
      spot.error(`Found no "${key}", expected ${describe(member)}`);
      this.#break();
    }
    const isTooSmall = Object.keys(value).length < (schema.minProperties ?? 0);
    if (isTooSmall) this.mismatch(schema, value, spot);
    const isUsable = !isTooSmall && schema.required?.every((key) => key in conformed) !== false;
    return { conformed, lost, isUsable };
  }

  reportUnknownKeys(schema: SchemaNode, value: Readonly<Record<string, unknown>>, spot: Spot): void {
    const known = Object.keys(schema.properties ?? {});
    for (const key of Object.keys(value)) {
      if (memberOf(schema, key) !== undefined) continue;
      const expected = known.length > 0 ? `one of: ${known.join(', ')}` : describe(schema);
      spot.at(key).errorAtKey(`Found the unknown key ${show(key)}, expected ${expected}`, didYouMean(key, known));
      this.#break();
    }
  }

  mismatch(schema: SchemaNode, value: unknown, spot: Spot): typeof BROKEN {
    spot.error(`Found ${show(value)}, expected ${describe(schema)}`, mismatchHint(schema, value));
    return this.#break();
  }

  /** Inside an entry a half-read object would mean something else, so it is all or nothing; unknown keys do not matter to that. */
  #checkObject(schema: SchemaNode, value: Readonly<Record<string, unknown>>, spot: Spot): unknown {
    const { conformed, lost, isUsable } = this.members(schema, value, spot);
    return isUsable && !lost ? conformed : BROKEN;
  }

  /** Checks the alternative that was most likely meant, so that its own message is shown and not "none of these". */
  #checkChoice(schema: SchemaNode, choices: readonly SchemaNode[], value: unknown, spot: Spot): unknown {
    const meant = choices
      .filter((choice) => kindOf(choice) === kindOfValue(value))
      .toSorted((a, b) => affinity(b, value) - affinity(a, value))[0];
    if (meant === undefined || (isMapping(value) && affinity(meant, value) === 0)) return this.mismatch(schema, value, spot);
    const isNamed = meant.expected !== undefined || meant.type === 'object';
    return this.check(isNamed ? meant : { ...meant, expected: describe(schema) }, value, spot);
  }

  #checkWord(schema: SchemaNode, value: unknown, spot: Spot): unknown {
    const words: readonly unknown[] = schema.enum ?? [schema.const];
    if (words.includes(value)) return value;
    if (typeof value !== 'string') return this.mismatch(schema, value, spot);
    const names = words.filter((word): word is string => typeof word === 'string');
    spot.error(`Found ${show(value)}, expected ${describe(schema)}`, didYouMean(value, names));
    return this.#break();
  }

  #checkText(schema: SchemaNode, value: unknown, spot: Spot): unknown {
    if (typeof value !== 'string') return this.mismatch(schema, value, spot);
    if (schema.maxLength !== undefined && value.length > schema.maxLength) {
      spot.error(`Found text of ${value.length} characters, expected at most ${schema.maxLength}`);
      return this.#break();
    }
    const fits = schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value);
    return fits ? value : this.mismatch(schema, value, spot);
  }

  #checkInteger(schema: SchemaNode, value: unknown, spot: Spot): unknown {
    const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
    const fits = typeof value === 'number' && Number.isSafeInteger(value) && value >= minimum && value <= maximum;
    return fits ? value : this.mismatch(schema, value, spot);
  }

  #checkList(schema: SchemaNode, value: readonly unknown[], spot: Spot): unknown {
    if (value.length < (schema.minItems ?? 0)) return this.mismatch(schema, value, spot);
    const conformed = value.map((item, index) => this.check(schema.items ?? {}, item, spot.at(index)));
    const repeated = schema.uniqueItems === true ? value.findIndex((item, index) => value.indexOf(item) < index) : -1;
    if (repeated >= 0) {
      spot.at(repeated).error(`Found ${show(value[repeated])} twice, expected it once`);
      this.#break();
    }
    return conformed.includes(BROKEN) ? BROKEN : conformed;
  }

  #break(): typeof BROKEN {
    this.isWhole = false;
    return BROKEN;
  }
}

function affinity(choice: SchemaNode, value: unknown): number {
  if (isMapping(value)) return Object.keys(choice.properties ?? {}).filter((key) => key in value).length;
  if (choice.const !== undefined) return choice.const === value ? 2 : 0;
  return 1;
}
