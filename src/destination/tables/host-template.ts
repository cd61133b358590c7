import { fail, ok, type Result } from '../../core/result.ts';
import { quote } from '../../wire/quote.ts';

/**
 * A host pattern of the endpoint catalogue. `*` as first label stands for one or more labels, `{name}` for a label or a part of
 * one; everything else is literal. At least the last two labels are literal, so a row is bound to a suffix its provider owns.
 */
export interface HostTemplate {
  readonly text: string;
  /** The trailing literal labels, joined: the key under which a template is found. */
  readonly suffix: string;
  /** Per label from the right: how much it fixes; a greater rank is more specific. */
  readonly ranks: readonly number[];
  /** Possible values of `{region}`, longest first; empty without a `{region}`; undefined when the name does not match. */
  match(name: string): readonly string[] | undefined;
}

const RANK = { star: 0, capture: 1, mixed: 2, literal: 3 } as const;
const LITERAL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
/** `literal{name}literal`, and after a dash a second `{name}` that stands for the rest of the label. */
const CAPTURE = /^([a-z0-9-]*)\{([a-z]+)\}([a-z0-9-]*?)(-\{[a-z]+\})?$/;
const VALUE = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

type LabelMatcher = (label: string) => readonly string[] | undefined;

/** The template a pattern stands for, or what is wrong with it. */
export function parseHostTemplate(text: string): Result<HostTemplate, string> {
  const labels = text.split('.').toReversed();
  const isOpen = labels.at(-1) === '*';
  if (isOpen) labels.pop();
  const matchers: LabelMatcher[] = [];
  const ranks: number[] = [];
  for (const label of labels) {
    const matcher = labelMatcher(label);
    if (matcher === undefined) return fail(`found label ${quote(label)} in pattern ${quote(text)}`);
    matchers.push(matcher.match);
    ranks.push(matcher.rank);
  }
  const literals = ranks.findIndex((rank) => rank !== RANK.literal);
  const bound = literals < 0 ? ranks.length : literals;
  if (bound < 2) return fail(`found pattern ${quote(text)}, expected at least two literal labels at its end`);
  return ok({
    text,
    suffix: labels.slice(0, bound).toReversed().join('.'),
    ranks: isOpen ? [...ranks, RANK.star] : ranks,
    match: (name) => matchLabels(name.split('.').toReversed(), matchers, isOpen),
  });
}

/** Order that puts the more specific of two templates first; both match the same name. */
export function moreSpecificFirst(a: HostTemplate, b: HostTemplate): number {
  for (let i = 0; i < Math.max(a.ranks.length, b.ranks.length); i++) {
    const difference = (b.ranks[i] ?? -1) - (a.ranks[i] ?? -1);
    if (difference !== 0) return difference;
  }
  return a.text < b.text ? -1 : 1;
}

function matchLabels(
  labels: readonly string[],
  matchers: readonly LabelMatcher[],
  isOpen: boolean,
): readonly string[] | undefined {
  if (isOpen ? labels.length <= matchers.length : labels.length !== matchers.length) return undefined;
  let regions: readonly string[] = [];
  for (const [i, match] of matchers.entries()) {
    const values = match(labels[i]!);
    if (values === undefined) return undefined;
    if (values.length > 0) regions = values;
  }
  return regions;
}

function labelMatcher(label: string): { match: LabelMatcher; rank: number } | undefined {
  if (LITERAL.test(label)) return { match: (found) => (found === label ? [] : undefined), rank: RANK.literal };
  const capture = CAPTURE.exec(label);
  if (capture === null) return undefined;
  const [, before = '', name, after = '', rest] = capture;
  const rank = before + after === '' && rest === undefined ? RANK.capture : RANK.mixed;
  const match: LabelMatcher = (found) => {
    if (!found.startsWith(before) || !found.endsWith(after) || found.length <= before.length + after.length) return undefined;
    const inner = found.slice(before.length, found.length - after.length);
    const values = (rest === undefined ? [inner] : headsOf(inner)).filter((value) => VALUE.test(value));
    if (values.length === 0) return undefined;
    return name === 'region' ? values : [];
  };
  return { match, rank };
}

/** Every part of a label that ends before a dash, longest first: `us-central1-shop` → `us-central1`, `us`. */
function headsOf(label: string): string[] {
  const heads: string[] = [];
  for (let dash = label.lastIndexOf('-', label.length - 2); dash > 0; dash = label.lastIndexOf('-', dash - 1)) {
    heads.push(label.slice(0, dash));
  }
  return heads;
}
