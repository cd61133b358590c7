/** Characters of a class, and how many of them. */
export interface Step {
  readonly characters: ReadonlySet<string>;
  readonly min: number;
  readonly max: number;
  readonly isClass: boolean;
  /** As it stands in the pattern. */
  readonly source: string;
}

const MAX_COUNT = 2048;
/** What means something in a regular expression, and so stands for itself only behind a backslash. */
const SPECIAL = '\\^$.*+?()[]{}|';

/**
 * Reads a pattern of a token form by the letter of `TokenForm.pattern`: literals, classes, counts. Written without a look at
 * the scanner, to be its second opinion.
 *
 * @throws Error on whatever else stands in it
 */
export function parseTokenPattern(pattern: string): readonly Step[] {
  const steps: Step[] = [];
  let rest = pattern;
  while (rest !== '') {
    const one = /^(?:\\(?<escaped>[^A-Za-z0-9])|\[(?<set>[^\]\\^]+)\]|(?<plain>[^\\[]))/.exec(rest);
    if (one === null) throw new Error(`${pattern}: neither a literal nor a class at ${rest}`);
    const { escaped, set, plain } = one.groups ?? {};
    if (plain !== undefined && SPECIAL.includes(plain)) throw new Error(`${pattern}: ${plain} is no literal`);
    rest = rest.slice(one[0].length);
    const count = /^(?:\?|\{(?<min>\d+)(?:,(?<max>\d+))?\})/.exec(rest);
    rest = rest.slice(count?.[0].length ?? 0);
    const { min, max } = countOf(count);
    if (max === 0 || min > max || max > MAX_COUNT) throw new Error(`${pattern}: no count is ${count?.[0]}`);
    const characters = set === undefined ? new Set(escaped ?? plain) : charactersOf(set);
    steps.push({ characters, min, max, isClass: set !== undefined, source: one[0] });
  }
  return steps;
}

/**
 * Where a matcher that takes as much as it can and never goes back could miss what a regular expression finds; undefined when
 * nowhere.
 */
export function findIndeterminacy(steps: readonly Step[]): string | undefined {
  for (const [at, { characters, min, max, source }] of steps.entries()) {
    if (min === max) continue;
    for (const next of steps.slice(at + 1)) {
      const shared = [...characters].find((character) => next.characters.has(character));
      if (shared !== undefined) return `${source} takes the ${shared} of ${next.source}`;
      if (next.min > 0) break;
    }
  }
  return undefined;
}

/** How much of a text a matcher takes that never goes back; -1 when the text does not begin with such a token. */
export function walk(steps: readonly Step[], text: string): number {
  let at = 0;
  for (const { characters, min, max } of steps) {
    let taken = 0;
    while (taken < max && characters.has(text.charAt(at + taken))) taken++;
    if (taken < min) return -1;
    at += taken;
  }
  return at;
}

/** The pattern as a regular expression, with what must not stand before and after a token. */
export function boundedExpression(pattern: string): RegExp {
  const last = parseTokenPattern(pattern).at(-1);
  const notAfter = last?.isClass === true ? `(?!${last.source})` : '';
  return new RegExp(`(?<![A-Za-z0-9])${pattern}(?![A-Za-z0-9])${notAfter}`, 'g');
}

function countOf(count: RegExpExecArray | null): { readonly min: number; readonly max: number } {
  if (count === null) return { min: 1, max: 1 };
  const { min, max } = count.groups ?? {};
  if (min === undefined) return { min: 0, max: 1 };
  return { min: Number(min), max: Number(max ?? min) };
}

function charactersOf(set: string): ReadonlySet<string> {
  const characters = new Set<string>();
  for (const [, from = '', to = from] of set.matchAll(/(.)(?:-(.))?/gu)) {
    if (from > to) throw new Error(`[${set}]: ${from} comes after ${to}`);
    for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code++) characters.add(String.fromCharCode(code));
  }
  return characters;
}
