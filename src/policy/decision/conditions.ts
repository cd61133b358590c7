import type { ActionAttributes } from '../../core/exchange/decision.ts';
import type { CompiledRule } from '../model.ts';
import { and, known, type Tri } from '../tri.ts';

/** One condition of a rule on the request itself: its name in the policy, what it finds, and what it found in words. */
export interface Condition {
  readonly name: 'methods' | 'paths' | 'content' | 'headers.require';
  /** Whether the rule states it. */
  applies(rule: CompiledRule): boolean;
  /** Asked only where it applies. */
  test(rule: CompiledRule, action: ActionAttributes): Tri;
  /** Completes "<rule> does not match: …". */
  describe(rule: CompiledRule, action: ActionAttributes): string;
}

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

/** Entities are found by masking; until then only the absence of content, or its media type, rules a rule out. */
const CONTENT: Condition = {
  name: 'content',
  applies: ({ content }) => content !== undefined,
  test({ content, effect }, { mediaType }) {
    if (content === undefined) return 'yes';
    if (mediaType === 'none') return 'no';
    const narrows = effect === 'permit' || effect === undefined;
    if (!narrows || content.types === undefined || mediaType === undefined) return 'unknown';
    return content.types.some((glob) => matchesMediaType(glob, mediaType)) ? 'unknown' : 'no';
  },
  describe({ content }, { mediaType }) {
    if (mediaType === 'none') return 'the request has no content';
    const types = content?.types === undefined ? '' : ` in ${content.types.join(', ')}`;
    return `the content is ${mediaType ?? 'not known yet'} and not inspected; the rule is for ${content?.entities.join(', ') ?? ''}${types}`;
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

/**
 * Whether a media type falls under a glob such as `application/json`, `text/*`, `application/*+json` or `*`; a star stands
 * for any run of characters without a slash, alone for every type. Both are lower-case essences.
 */
export function matchesMediaType(glob: string, mediaType: string): boolean {
  if (glob === '*') return true;
  const [globType = '', globSubtype = ''] = glob.split('/', 2);
  const slash = mediaType.indexOf('/');
  if (slash < 0) return false;
  return matchesPart(globType, mediaType.slice(0, slash)) && matchesPart(globSubtype, mediaType.slice(slash + 1));
}

/** Leftmost placement of each literal piece: linear in pieces times text, without backtracking. */
function matchesPart(glob: string, text: string): boolean {
  const pieces = glob.split('*');
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return text === first;
  const last = pieces.at(-1) ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let from = first.length;
  const end = text.length - last.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, from);
    if (found < 0 || found + piece.length > end) return false;
    from = found + piece.length;
  }
  return true;
}
