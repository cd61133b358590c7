import { describe, expect, it } from 'vitest';
import { homeStores, storeOf } from '../../../../src/app/records/stores/home-stores.ts';
import { loadSettings } from '../../../../src/config/load-settings.ts';
import type { Home } from '../../../../src/core/exchange/decision.ts';
import { parseCountryCode } from '../../../../src/core/place/country.ts';
import { CountrySet } from '../../../../src/core/place/country-set.ts';
import { tables } from '../../../destination/support/tables.ts';
import { directoryWith } from '../../../config/temporary-directory.ts';

const { world } = await tables();

function stores(entries: readonly (readonly [homes: string, place: string])[], node = ''): ReturnType<typeof homeStores> {
  const list = entries.map(
    ([homes, place], index) =>
      `  - { for: [${homes}], directory: s${index}, place: "${place}"${index === 0 ? ', default: true' : ''} }`,
  );
  const text = `${node === '' ? '' : `node: { place: ${node} }\n`}recordings:\n${list.join('\n')}\n`;
  const loaded = loadSettings({ cwd: directoryWith({ 'cordon.yaml': text }), env: {}, flags: {} });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  return homeStores(loaded.value.settings, world);
}

function home(...names: readonly string[]): Home {
  const label = names.join('+');
  if (label === 'any') return { any: true, countries: CountrySet.ALL, label };
  const countries = names.map((name) => {
    const code = parseCountryCode(name);
    return code === undefined ? world.jurisdictions.get(name)!.countries : CountrySet.of([code]);
  });
  return { any: false, countries: countries.reduce((sum, each) => sum.union(each)), label };
}

const failureOf = (found: ReturnType<typeof homeStores>): string => (found.ok ? 'none' : found.failure);

function chosen(entries: Parameters<typeof stores>[0], of: Home): string {
  const found = stores(entries);
  if (!found.ok) throw new Error(found.failure);
  const store = storeOf(of, found.value);
  return store.ok ? store.value.serves.label : store.failure;
}

describe('homeStores()', () => {
  it.each([
    [[['eu', 'US']], '', 'cordon.yaml:2:40: recordings[0].place: Found US, expected a place inside eu (recordings[0].for)'],
    [[['eu', 'FR']], 'DE', 'recordings[0].place: Found FR, expected a place inside DE (node.place)'],
    [[['eu', 'atlantis']], '', 'recordings[0].place: Found "atlantis", expected a country'],
    [[['atlantis', 'DE']], '', 'cordon.yaml:2:12: recordings[0].for: Found "atlantis", expected a country, a built-in set'],
    [
      [
        ['eu', 'DE'],
        ['DE, CH', 'DE'],
      ],
      '',
      'cordon.yaml:3:12: recordings[1].for: Found DE+CH, expected a jurisdiction inside, around or apart from eu (recordings[0].for)',
    ],
    [
      [
        ['DE, FR', 'DE'],
        ['FR, DE', 'DE'],
      ],
      '',
      'recordings[1].for: Found FR+DE, expected a jurisdiction inside, around or apart from DE+FR',
    ],
    [
      [
        ['any', 'DE'],
        ['any', 'DE'],
      ],
      '',
      'recordings[1].for: Found any',
    ],
  ] as const)('refuses %j on a node in "%s"', (entries, node, expected) => {
    expect(failureOf(stores(entries, node))).toContain(expected);
  });

  it('finds nothing to judge where all records lie in one place', () => {
    const loaded = loadSettings({ cwd: directoryWith({}), env: {}, flags: {} });
    expect(loaded.ok && homeStores(loaded.value.settings, world)).toEqual({ ok: true, value: [] });
  });
});

describe('storeOf()', () => {
  const NESTED = [
    ['eu', 'DE'],
    ['DE', 'DE'],
    ['US', 'aws:us-east-1'],
  ] as const;

  it.each([
    ['DE', NESTED, home('DE'), 'DE'],
    ['the set', NESTED, home('eu'), 'eu'],
    ['several within one store', NESTED, home('DE', 'FR'), 'eu'],
    ['one elsewhere', NESTED, home('US'), 'US'],
    ['any, where a store says so', [...NESTED, ['any', 'DE']], home('any'), 'any'],
    ['what only any holds, where it lies inside', [...NESTED, ['any', 'CH']], home('CH'), 'any'],
  ] as const)('takes the narrowest that holds all of the home: %s', (_name, entries, of, expected) => {
    expect(chosen(entries, of)).toBe(expected);
  });

  it.each([
    ['a home in no store', home('CH'), 'No store of recordings is for all of CH; there are those for eu, DE, US'],
    ['homes in two stores', home('DE', 'US'), 'No store of recordings is for all of DE+US'],
    ['any, which no store names', home('any'), 'No store of recordings is for all of any'],
    ['one whose store lies outside it', home('FR'), 'recordings[0].place is DE, outside FR'],
  ])('refuses %s', (_name, of, expected) => {
    expect(chosen(NESTED, of)).toContain(expected);
  });
});
