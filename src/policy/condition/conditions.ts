import type { ActionAttributes } from '../../core/exchange/decision.ts';
import type { CompiledRule } from '../model.ts';
import type { Condition } from './condition.ts';
import { CONTENT } from './content-condition.ts';
import { and, known, type Tri } from '../tri.ts';

const METHODS: Condition = {
  name: 'methods',
  applies: ({ methods }) => methods !== undefined,
  test({ methods }, { method }) {
    if (methods === undefined) return 'yes';
    return method === undefined ? 'unknown' : known(methods.has(method));
  },
  describe({ methods }, { method }) {
    return `the method is ${method ?? 'not known yet'}, the rule is for ${[...(methods ?? [])].join(', ')}`;
  },
};

const PATHS: Condition = {
  name: 'paths',
  applies: ({ paths }) => paths !== undefined,
  test({ paths }, { path }) {
    if (paths === undefined) return 'yes';
    return path === undefined ? 'unknown' : known(paths.some((pattern) => pattern.matches(path)));
  },
  describe({ paths }, { path }) {
    const patterns = paths?.map((pattern) => pattern.text).join(', ') ?? '';
    return `the path is ${path ?? 'not known yet'}, the rule is for ${patterns}`;
  },
};

/** Narrows permits alone: leaving a field out must not be a way round a deny. */
const REQUIRED_FIELDS: Condition = {
  name: 'headers.require',
  applies: ({ headers, effect }) => effect === 'permit' && headers.require.length > 0,
  test({ headers }, { fieldNames }) {
    return fieldNames === undefined ? 'unknown' : known(headers.require.every((name) => fieldNames.has(name)));
  },
  describe({ headers }, { fieldNames }) {
    const missing = headers.require.filter((name) => fieldNames?.has(name) !== true);
    return fieldNames === undefined ? 'the fields are not known yet' : `the request lacks the field ${missing.join(', ')}`;
  },
};

/** In the order in which `explain` names the first that fails. */
const CONDITIONS: readonly Condition[] = [METHODS, PATHS, CONTENT, REQUIRED_FIELDS];

/** Every combination, made once: rules that state the same conditions share one list. */
const COMBINATIONS: readonly (readonly Condition[])[] = Array.from({ length: 1 << CONDITIONS.length }, (_, bits) =>
  CONDITIONS.filter((_condition, index) => (bits & (1 << index)) !== 0),
);

/** The conditions that a rule states, in the order in which `explain` names the first that fails. */
export function conditionsOf(rule: CompiledRule): readonly Condition[] {
  const bits = CONDITIONS.reduce((sum, condition, index) => (condition.applies(rule) ? sum | (1 << index) : sum), 0);
  return COMBINATIONS[bits] ?? CONDITIONS;
}

/** Whether all of these conditions hold. */
export function matchesRequest(conditions: readonly Condition[], rule: CompiledRule, action: ActionAttributes): Tri {
  let result: Tri = 'yes';
  for (const condition of conditions) {
    result = and(result, condition.test(rule, action));
    if (result === 'no') return result;
  }
  return result;
}
