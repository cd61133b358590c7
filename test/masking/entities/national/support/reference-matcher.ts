import type { Entity, Shape } from '../../../../../src/masking/entity.ts';

/** Where the reference matcher found an entity. */
export interface Match {
  readonly start: number;
  readonly end: number;
}

const SEPARATORS = '- ./+:';
const ENCODER = new TextEncoder();

/** The regular expression of a form; slow and simple, so that it can be read against the definition. */
function expressionOf(form: string): RegExp {
  const parts = Array.from(form, (character) => {
    if (character === '#') return '[0-9]';
    if (character === '@') return '[A-Za-z]';
    if (character === '*') return '[0-9A-Za-z]';
    if (character === '^') return '[A-Z]';
    if (character === '&') return '[0-9A-Z]';
    return SEPARATORS.includes(character) ? `[${character}]` : `[${character}${character.toLowerCase()}]`;
  });
  // Neither inside a word nor a part of a longer one that separators hold together, as in a UUID or a path.
  return new RegExp(`(?<![\\p{L}\\p{N}]|[\\p{L}\\p{N}][-/_])${parts.join('')}(?![\\p{L}\\p{N}]|[-/_][\\p{L}\\p{N}])`, 'gu');
}

/** What a check is given: the candidate in upper-case without separators. */
function compact(text: string): Uint8Array {
  return ENCODER.encode(withoutSeparators(text).toUpperCase());
}

/** The text without any of the separators that forms may have. */
export function withoutSeparators(text: string): string {
  return text.replaceAll(/[-./ +:]/g, '');
}

/** Whether a text that has the form also passes the check. */
export function passes(shape: Shape, text: string): boolean {
  const bytes = compact(text);
  return shape.check === undefined || shape.check(bytes, bytes.length);
}

/** Whether the whole text is of this shape. */
export function isOfShape(shape: Shape, text: string): boolean {
  const match = expressionOf(shape.form).exec(text);
  return match !== null && match[0].length === text.length && passes(shape, text);
}

/** All places of an entity in a text, the longest where they overlap, in order. */
export function findEntity(entity: Entity, text: string): readonly Match[] {
  const matches = (entity.shapes ?? []).flatMap((shape) =>
    [...text.matchAll(expressionOf(shape.form))]
      .filter((match) => passes(shape, match[0]))
      .filter((match) => shape.tier === 'A' || hasContext(entity, text.slice(0, match.index)))
      .map((match) => ({ start: match.index, end: match.index + match[0].length })),
  );
  const longestFirst = matches.sort((a, b) => b.end - b.start - (a.end - a.start));
  const kept: Match[] = [];
  for (const match of longestFirst) {
    if (kept.every((other) => match.end <= other.start || match.start >= other.end)) kept.push(match);
  }
  return kept.sort((a, b) => a.start - b.start);
}

function hasContext(entity: Entity, before: string): boolean {
  const folded = ` ${fold(before)} `;
  return entity.context.some((word) => folded.includes(` ${fold(word)} `));
}

/** Words in lower-case without accents, one space between them; `taxId` and `tax_id` are two. */
export function fold(text: string): string {
  return text
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\p{L}\p{N}&]+/gu, ' ')
    .trim();
}
