import { describe, expect, it } from 'vitest';
import { HTTP_AUTHORIZATION } from '../../../../src/masking/entities/secrets/http-authorization.ts';
import { NAMED_SECRETS } from '../../../../src/masking/entities/secrets/named-secrets.ts';
import { findNamed, readSpecimen } from './support/reference-matcher.ts';

const NAMED = [HTTP_AUTHORIZATION, ...NAMED_SECRETS];
const FIELDS = NAMED.flatMap(({ fields = [] }) => fields);
const NAMES = FIELDS.flatMap(({ names }) => names);

describe('HTTP_AUTHORIZATION and NAMED_SECRETS', () => {
  it('gives each name to one kind, as names are looked up', () => {
    expect(new Set(NAMES).size).toBe(NAMES.length);
    for (const name of NAMES) expect(name).toMatch(/^[a-z0-9]+$/);
  });

  it('leaves alone what is called a token and is none: pages, positions, words of a model', () => {
    expect(NAMES).not.toContain('token');
    expect(NAMES).not.toContain('key');
  });

  it('bounds what a value can be', () => {
    for (const { min, max } of FIELDS) {
      expect(min).toBeGreaterThanOrEqual(4);
      expect(max).toBeGreaterThanOrEqual(min);
      expect(max).toBeLessThanOrEqual(2048);
    }
  });

  it.each(NAMED)('$id finds in its specimens what is marked, and nothing else', (entity) => {
    for (const { text, value } of entity.specimens.map(readSpecimen)) expect(findNamed(entity, text)).toEqual([value]);
  });

  it.each(NAMED)('$id finds nothing in its counter-examples', (entity) => {
    for (const text of entity.counterExamples) expect(findNamed(entity, text)).toEqual([]);
  });
});
