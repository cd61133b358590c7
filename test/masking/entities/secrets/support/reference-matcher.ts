import type { Entity, FieldForm } from '../../../../../src/masking/entity.ts';
import { boundedExpression } from './token-pattern.ts';

/** A text of the catalogue, and where the value stands in it. */
export interface Specimen {
  readonly text: string;
  readonly value: string;
}

/** @throws Error unless exactly one value is marked */
export function readSpecimen(marked: string): Specimen {
  const parts = /^([^«»]*)«([^«»]+)»([^«»]*)$/s.exec(marked);
  if (parts === null) throw new Error(`${marked} does not mark one value`);
  const [, before = '', value = '', after = ''] = parts;
  return { text: before + value + after, value };
}

/** Every value that the token forms of an entity find in a text: of two that overlap, the longer. */
export function findTokens(entity: Entity, text: string): readonly string[] {
  const spans = (entity.tokens ?? []).flatMap(({ pattern, tier, check }) =>
    [...text.matchAll(boundedExpression(pattern))]
      .map((match) => ({ start: match.index, value: match[0] }))
      .filter(({ start }) => tier !== 'B' || hasContext(entity, text.slice(0, start)))
      .filter(({ value }) => check === undefined || check(new TextEncoder().encode(value), value.length)),
  );
  return spans
    .filter((span) => !spans.some((other) => other.value.length > span.value.length && overlaps(span, other)))
    .map(({ value }) => value);
}

/** Every value that an entity finds by the name of its field, in JSON and where a name is assigned. */
export function findNamed(entity: Entity, text: string): readonly string[] {
  const assignments = text.matchAll(/(?<name>[\w-]+)(?:"\s*:\s*"(?<quoted>[^"]*)"|=(?<plain>[^\s;&"]+))/g);
  return [...assignments].flatMap(({ groups }) => {
    const value = groups?.['quoted'] ?? groups?.['plain'] ?? '';
    const isNamed = (form: FieldForm): boolean => endsInNameOf(form, groups?.['name'] ?? '');
    return (entity.fields ?? []).some((form) => isNamed(form) && fits(form, value)) ? [value] : [];
  });
}

function overlaps(a: { start: number; value: string }, b: { start: number; value: string }): boolean {
  return a.start < b.start + b.value.length && b.start < a.start + a.value.length;
}

function hasContext({ context }: Entity, before: string): boolean {
  const words = ` ${before.toLowerCase().replace(/[^a-z0-9]+/g, ' ')} `;
  return context.some((phrase) => words.includes(` ${phrase} `));
}

function endsInNameOf({ names }: FieldForm, field: string): boolean {
  const words = field
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some((_, at) => names.includes(words.slice(at).join('')));
}

function fits({ value: kind, min, max, check }: FieldForm, value: string): boolean {
  if (value.length < min || value.length > max) return false;
  if (check?.(new TextEncoder().encode(value), value.length) === false) return false;
  return kind !== 'opaque' || (/^\S+$/.test(value) && /\d/.test(value));
}
