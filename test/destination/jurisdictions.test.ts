import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseCountryCode, type CountryCode } from '../../src/core/place/country.ts';
import type { Jurisdiction } from '../../src/core/place/jurisdiction.ts';
import { parseJurisdictions } from '../../src/destination/jurisdictions.ts';
import { SHIPPED } from './support/tables.ts';

let sets: ReadonlyMap<string, Jurisdiction>;

beforeAll(async () => {
  const parsed = parseJurisdictions(await readFile(join(SHIPPED, 'jurisdictions.json'), 'utf8'));
  if (!parsed.ok) throw new Error(parsed.failure);
  sets = parsed.value;
});

function holds(set: string, code: string): boolean {
  return sets.get(set)!.countries.has(parseCountryCode(code) ?? ('' as CountryCode));
}

describe('the shipped jurisdictions', () => {
  it.each([
    ['eu', 27],
    ['eea', 30],
    ['efta', 4],
    ['gcc', 6],
    ['five-eyes', 5],
    ['us', 7],
  ])('POL-06 %s has %i members', (id, size) => {
    expect(sets.get(id)?.countries.toArray()).toHaveLength(size);
  });

  it.each([
    ['eu', 'GR', true],
    ['eu', 'EL', true],
    ['eu', 'GB', false],
    ['eu', 'CH', false],
    ['eu', 'NO', false],
    ['eu', 'XK', false],
    ['eu', 'RE', false],
    ['eu', 'AX', false],
    ['eu-with-outermost', 'RE', true],
    ['eu-with-outermost', 'AX', true],
    ['eu-with-outermost', 'NC', false],
    ['eea', 'IS', true],
    ['eea', 'CH', false],
    ['eea', 'SJ', false],
    ['efta', 'LI', true],
    ['uk', 'UK', true],
    ['uk', 'JE', false],
    ['eu-adequate', 'CH', true],
    ['eu-adequate', 'US', false],
    ['eu-adequate', 'CA', false],
    ['eu-adequate-with-partial', 'CA', true],
    ['us', 'PR', true],
    ['cn', 'HK', false],
  ])('POL-06 whether %s holds %s: %s', (set, code, expected) => {
    expect(holds(set, code)).toBe(expected);
  });

  it.each(['EU', 'AP', 'A1', 'T1', 'ZZ', 'de'])('POL-06 %s is no country', (code) => {
    expect(parseCountryCode(code)).toBeUndefined();
  });

  it('carries a day and a source for every set, and says which were not verified', () => {
    for (const { asOf, source } of sets.values()) {
      expect(asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      expect(source).not.toBe('');
    }
    const unverified = [...sets.values()].filter(({ note }) => note?.startsWith('unverified') === true).map(({ id }) => id);
    expect(unverified).toEqual(['uk-adequate', 'ch-adequate', 'cptpp', 'asean']);
  });

  it('links every set with an adequacy mechanism to a set that exists', () => {
    expect(sets.get('eu')?.adequacy).toBe('eu-adequate');
    expect(sets.get('eea')?.adequacy).toBe('eu-adequate');
    expect(sets.get('uk')?.adequacy).toBe('uk-adequate');
    expect(sets.get('ch')?.adequacy).toBe('ch-adequate');
  });
});

describe('parseJurisdictions()', () => {
  const file = (...members: object[]): string => JSON.stringify({ version: 1, sets: members });
  const good = { id: 'x', countries: 'DE', asOf: '2026-01-01', source: 's' };

  it.each([
    ['no JSON', '{', 'not JSON'],
    ['another version', '{"version": 2, "sets": []}', 'expected {"version": 1'],
    ['a pseudo-code', file({ ...good, countries: 'DE EU' }), 'found country "EU"'],
    ['an alias, which would be a second spelling', file({ ...good, countries: 'EL' }), 'found country "EL"'],
    ['no countries', file({ ...good, countries: '' }), 'found country ""'],
    ['a day that is none', file({ ...good, asOf: '2026-13-01' }), 'found asOf'],
    ['no source', file({ ...good, source: '' }), 'expected a source'],
    ['an id twice', file(good, good), 'twice'],
    ['an adequacy set that is not there', file({ ...good, adequacy: 'y' }), 'found adequacy "y"'],
  ])('refuses %s', (_name, text, message) => {
    expect(parseJurisdictions(text)).toMatchObject({ ok: false, failure: expect.stringContaining(message) });
  });
});
