import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SECRET_ENTITIES } from '../../../../src/masking/entities/secrets/secret-entities.ts';
import { findTokens, readSpecimen } from './support/reference-matcher.ts';
import { findIndeterminacy, parseTokenPattern, walk, type Step } from './support/token-pattern.ts';

const WITH_TOKENS = SECRET_ENTITIES.filter(({ tokens }) => tokens !== undefined);
const FORMS = WITH_TOKENS.flatMap((entity) => (entity.tokens ?? []).map((form) => ({ entity, form, pattern: form.pattern })));

describe('SECRET_ENTITIES', () => {
  it('names each kind once, and those of the contract as the contract does', () => {
    const ids = SECRET_ENTITIES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining(['aws-access-key', 'private-key', 'jwt', 'password', 'url-credentials']));
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
  });

  it.each(SECRET_ENTITIES)('$id is a secret, has a source, and texts for and against', (entity) => {
    expect(entity.groups).toEqual(['secrets']);
    expect(entity.title).not.toBe('');
    expect(entity.source).not.toBe('');
    expect(entity.specimens.length).toBeGreaterThanOrEqual(2);
    expect(entity.counterExamples.length).toBeGreaterThanOrEqual(2);
    expect(() => entity.specimens.map(readSpecimen)).not.toThrow();
    expect(entity.counterExamples.join('')).not.toMatch(/[«»]/);
  });

  it('knows no fewer forms than the field does', () => {
    expect(new Set(FORMS.map(({ pattern }) => pattern)).size).toBe(FORMS.length);
    expect(FORMS.length).toBeGreaterThanOrEqual(300);
  });
});

describe('the token forms of SECRET_ENTITIES', () => {
  it.each(FORMS)('$pattern can be walked from left to right', ({ pattern }) => {
    expect(findIndeterminacy(parseTokenPattern(pattern))).toBeUndefined();
  });

  it('are found whole by a matcher that never goes back, whatever they are made of', () => {
    const form = fc.constantFrom(...FORMS.map(({ pattern }) => parseTokenPattern(pattern)));
    const shown = form.chain((steps) => fc.tuple(fc.constant(steps), fc.tuple(...steps.map(someOf))));
    fc.assert(
      fc.property(shown, ([steps, pieces]) => {
        expect(walk(steps, `${pieces.join('')}"`)).toBe(pieces.join('').length);
      }),
      { numRuns: 500 },
    );
  });

  it.each(FORMS)('$pattern says enough to be told from random text', ({ form, pattern }) => {
    const steps = parseTokenPattern(pattern);
    // Bits that the form takes from the 6 of each character of base64: fourteen leave one text in sixteen thousand.
    const bits = steps.reduce((sum, { characters, min }) => sum + min * Math.log2(64 / Math.min(64, characters.size)), 0);
    expect(bits).toBeGreaterThanOrEqual(form.tier === 'B' ? 12 : 14);
    expect(steps.reduce((sum, { min }) => sum + min, 0)).toBeGreaterThanOrEqual(14);
  });

  it.each(FORMS)('$pattern is shown by a specimen', ({ entity, form }) => {
    const alone = { ...entity, tokens: [form] };
    expect(entity.specimens.map(readSpecimen).some(({ text, value }) => findTokens(alone, text).includes(value))).toBe(true);
  });

  it.each(WITH_TOKENS)('$id finds in its specimens what is marked, and nothing else', (entity) => {
    for (const { text, value } of entity.specimens.map(readSpecimen)) expect(findTokens(entity, text)).toEqual([value]);
  });

  it.each(WITH_TOKENS)('$id finds nothing in its counter-examples', (entity) => {
    for (const text of entity.counterExamples) expect(findTokens(entity, text)).toEqual([]);
  });

  it.each(SECRET_ENTITIES)('no other kind claims a specimen of $id', (entity) => {
    const claims = entity.specimens
      .map((specimen) => readSpecimen(specimen).text)
      .flatMap((text) => WITH_TOKENS.filter((other) => other !== entity && findTokens(other, text).length > 0));
    expect(claims.map(({ id }) => id)).toEqual([]);
  });

  it('ask for a context where, and only where, a form proves nothing by itself', () => {
    for (const { id, tokens = [], context } of WITH_TOKENS) {
      expect([id, tokens.some(({ tier }) => tier === 'B')]).toEqual([id, context.length > 0]);
    }
  });
});

function someOf({ characters, min, max }: Step): fc.Arbitrary<string> {
  const unit = fc.constantFrom(...characters);
  return fc.array(unit, { minLength: min, maxLength: Math.min(max, min + 8) }).map((units) => units.join(''));
}
