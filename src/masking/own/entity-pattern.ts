import { NO_CHARACTERS, parsePattern, type Characters, type Pattern } from './pattern-tree.ts';

/** Characters that a pattern may read at most when every bounded repetition is written out. */
const MAX_SIZE = 4096;

/**
 * What keeps a pattern of an own entity from matching in linear time on a backtracking engine too; undefined when nothing
 * does. Beside look-around and backreferences these are choices that the next character does not settle: a repetition whose
 * continuation begins with what it repeats (`(a+)+`, `\d+\d`), alternatives that begin alike (`a|ab`).
 *
 * The test is that of one-unambiguous regular expressions (Brüggemann-Klein and Wood, 1998), made a little kinder:
 * alternatives that are plain words may begin alike as long as none begins with another.
 */
export function findNonlinear(text: string): string | undefined {
  const parsed = parsePattern(text);
  if (!parsed.ok) return parsed.failure;
  const { value: pattern } = parsed;
  if (isNullable(pattern)) return 'a pattern that matches the empty text';
  if (sizeOf(pattern) > MAX_SIZE) return `repetitions that add up to more than ${MAX_SIZE} characters`;
  return findAmbiguity(pattern, NO_CHARACTERS);
}

/** @param follow the characters that may come after the pattern */
function findAmbiguity(pattern: Pattern, follow: Characters): string | undefined {
  switch (pattern.kind) {
    case 'one':
    case 'empty':
      return undefined;
    case 'sequence':
      return findInSequence(pattern.parts, follow);
    case 'choice':
      return findInChoice(pattern.parts, follow);
    case 'repeat':
      return findInRepeat(pattern, follow);
  }
}

function findInSequence(parts: readonly Pattern[], follow: Characters): string | undefined {
  let after = follow;
  let problem: string | undefined;
  for (const part of parts.toReversed()) {
    problem = findAmbiguity(part, after) ?? problem;
    after = isNullable(part) ? firstOf(part) | after : firstOf(part);
  }
  return problem;
}

function findInChoice(parts: readonly Pattern[], follow: Characters): string | undefined {
  let seen = parts.some(isNullable) ? follow : NO_CHARACTERS;
  for (const part of parts) {
    const first = firstOf(part);
    if ((first & seen) !== NO_CHARACTERS && !arePrefixFreeWords(parts)) return 'alternatives that begin alike';
    seen |= first;
  }
  return parts.map((part) => findAmbiguity(part, follow)).find((problem) => problem !== undefined);
}

function findInRepeat({ part, min, max }: Extract<Pattern, { kind: 'repeat' }>, follow: Characters): string | undefined {
  const first = firstOf(part);
  if (max > 1 && isNullable(part)) return 'a repetition of what may be empty';
  if (min !== max && (first & follow) !== NO_CHARACTERS) return 'a repetition that is followed by what it repeats';
  return findAmbiguity(part, max > 1 ? first | follow : follow);
}

function arePrefixFreeWords(parts: readonly Pattern[]): boolean {
  const words = parts.map(wordOf);
  return words.every(
    (word, i) => word !== undefined && words.every((other, j) => i === j || (other !== undefined && !other.startsWith(word))),
  );
}

/** The text of a pattern that is a plain word. */
function wordOf(pattern: Pattern): string | undefined {
  if (pattern.kind === 'one') return pattern.literal;
  if (pattern.kind !== 'sequence') return undefined;
  const letters = pattern.parts.map(wordOf);
  return letters.includes(undefined) ? undefined : letters.join('');
}

function isNullable(pattern: Pattern): boolean {
  switch (pattern.kind) {
    case 'one':
      return false;
    case 'empty':
      return true;
    case 'sequence':
      return pattern.parts.every(isNullable);
    case 'choice':
      return pattern.parts.some(isNullable);
    case 'repeat':
      return pattern.min === 0 || isNullable(pattern.part);
  }
}

/** The characters that a match may begin with. */
function firstOf(pattern: Pattern): Characters {
  switch (pattern.kind) {
    case 'one':
      return pattern.characters;
    case 'empty':
      return NO_CHARACTERS;
    case 'choice':
      return pattern.parts.reduce((all, part) => all | firstOf(part), NO_CHARACTERS);
    case 'repeat':
      return pattern.max === 0 ? NO_CHARACTERS : firstOf(pattern.part);
    case 'sequence': {
      const settled = pattern.parts.findIndex((part) => !isNullable(part));
      const leading = settled < 0 ? pattern.parts : pattern.parts.slice(0, settled + 1);
      return leading.reduce((all, part) => all | firstOf(part), NO_CHARACTERS);
    }
  }
}

/** Characters read when bounded repetitions are written out and unbounded ones are read once. */
function sizeOf(pattern: Pattern): number {
  switch (pattern.kind) {
    case 'one':
      return 1;
    case 'empty':
      return 0;
    case 'sequence':
    case 'choice':
      return pattern.parts.reduce((sum, part) => sum + sizeOf(part), 0);
    case 'repeat':
      return sizeOf(pattern.part) * (Number.isFinite(pattern.max) ? Math.max(pattern.max, 1) : Math.max(pattern.min, 1));
  }
}
