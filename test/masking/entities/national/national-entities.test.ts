import { describe, expect, it } from 'vitest';
import { NATIONAL_ENTITIES } from '../../../../src/masking/entities/national/national-entities.ts';
import { findEntity, fold, isOfShape } from './support/reference-matcher.ts';

const EACH = NATIONAL_ENTITIES.map((entity) => [entity.id, entity] as const);

describe('NATIONAL_ENTITIES', () => {
  it('has ids that are unique and named after a country and its scheme', () => {
    const ids = NATIONAL_ENTITIES.map((entity) => entity.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z]{2}-[a-z]+(?:-[a-z]+)*$/.test(id))).toEqual([]);
  });

  it('covers every country of the EU and the EEA but Liechtenstein, whose numbers have no form of their own', () => {
    const countries = new Set(NATIONAL_ENTITIES.map((entity) => entity.id.slice(0, 2)));
    const members = 'at be bg cy cz de dk ee es fi fr gr hr hu ie is it lt lu lv mt nl no pl pt ro se si sk'.split(' ');
    expect(members.filter((country) => !countries.has(country))).toEqual([]);
  });

  it.each(EACH)('%s has forms of legal characters, each once', (_id, entity) => {
    const shapes = entity.shapes ?? [];
    expect(shapes.length).toBeGreaterThan(0);
    expect(shapes.filter((shape) => !/^[#@*^&0-9A-Z](?:[-/:+. ]?[#@*^&0-9A-Z])*$/.test(shape.form))).toEqual([]);
    const keys = shapes.map((shape) => `${shape.form} ${shape.tier}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each(EACH)('%s is found anywhere only where it is more than digits', (_id, entity) => {
    const bare = (entity.shapes ?? []).filter((shape) => /^[#0-9]+$/.test(shape.form));
    expect(bare.filter((shape) => shape.tier !== 'B')).toEqual([]);
  });

  it.each(EACH)('%s has context words in the form in which they are compared', (_id, entity) => {
    expect(entity.context.length).toBeGreaterThan(0);
    expect(new Set(entity.context).size).toBe(entity.context.length);
    const unfolded = entity.context.filter((word) => fold(word) !== word.normalize('NFD').replaceAll(/\p{M}/gu, ''));
    expect(unfolded).toEqual([]);
  });

  it.each(EACH)('%s is a national identifier with a source', (_id, entity) => {
    expect(entity.groups).toContain('national-id');
    expect(entity.source.length).toBeGreaterThan(10);
  });
});

describe('specimens', () => {
  const rows = NATIONAL_ENTITIES.flatMap((entity) =>
    entity.specimens.map((specimen) => [entity.id, specimen, entity] as const),
  );

  it.each(EACH)('%s has at least three, and as many counterexamples', (_id, entity) => {
    expect(entity.specimens.length).toBeGreaterThanOrEqual(3);
    expect(entity.counterExamples.length).toBeGreaterThanOrEqual(3);
  });

  it.each(rows)('%s is of its shape and found alone in %s', (_id, specimen, entity) => {
    const start = specimen.indexOf('«');
    const end = specimen.indexOf('»') - 1;
    const text = specimen.replaceAll(/[«»]/g, '');
    expect((entity.shapes ?? []).some((shape) => isOfShape(shape, text.slice(start, end)))).toBe(true);
    expect(findEntity(entity, text)).toEqual([{ start, end }]);
  });
});

describe('counterexamples', () => {
  const rows = NATIONAL_ENTITIES.flatMap((entity) => entity.counterExamples.map((text) => [entity.id, text, entity] as const));

  it.each(rows)('%s is not found in %s', (_id, text, entity) => {
    expect(findEntity(entity, text)).toEqual([]);
  });
});
