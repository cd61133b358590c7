import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseJurisdictions } from '../../src/destination/jurisdictions.ts';
import { parseRegionTable, type RegionTable } from '../../src/destination/region-table.ts';
import type { Jurisdiction } from '../../src/core/place/jurisdiction.ts';
import { SHIPPED } from './support/tables.ts';

let jurisdictions: ReadonlyMap<string, Jurisdiction>;
let regions: RegionTable;

beforeAll(async () => {
  const sets = parseJurisdictions(await readFile(join(SHIPPED, 'jurisdictions.json'), 'utf8'));
  if (!sets.ok) throw new Error(sets.failure);
  jurisdictions = sets.value;
  const table = parseRegionTable(await readFile(join(SHIPPED, 'cloud-regions.csv'), 'utf8'), jurisdictions);
  if (!table.ok) throw new Error(table.failure);
  regions = table.value;
});

describe('the shipped region table', () => {
  it.each([
    ['aws', 'eu-central-1', 'DE'],
    ['aws', 'eu-central-2', 'CH'],
    ['aws', 'eu-central-1-ist-1', 'TR'],
    ['aws', 'us-east-1-bue-1', 'AR'],
    ['oci', 'eu-zurich-1', 'CH'],
    ['oci', 'eu-jovanovac-1', 'RS'],
    ['azure', 'germanywc', 'DE'],
    ['gcp', 'europe-west2', 'GB'],
  ])('places %s %s in %s', (provider, region, country) => {
    expect(regions.documented(provider, region)?.countries.toArray()).toEqual([country]);
  });

  it('places the EU multi-region of Google in the EU and in no one country', () => {
    expect(regions.documented('gcp', 'eu')?.countries.toArray()).toHaveLength(27);
    expect(regions.countries.has('gcp:eu')).toBe(false);
  });

  it('gives an alias the name that policies use', () => {
    expect(regions.documented('azure', 'norwaye')?.region).toBe('azure:norwayeast');
  });
});

describe('ofRange()', () => {
  it.each([
    ['a region without a documented country', 'gcp', 'europe-west15', 'unknown'],
    ['a region whose name alone suggests one', 'aws', 'us-south-1', 'unknown'],
    ['a region nobody knows', 'aws', 'eu-north-9', 'unknown'],
    ['no region of a provider', 'aws', 'GLOBAL', 'anycast'],
    ['a subdivision of a pseudo-country', 'vultr', 'EU-X', 'unknown'],
  ])('leaves %s open', (_name, provider, region, open) => {
    expect(regions.ofRange(provider, region)?.open).toBe(open);
  });

  it('reads the country of a geofeed subdivision', () => {
    expect(regions.ofRange('linode', 'DE-HE')).toMatchObject({ label: 'linode:DE-HE' });
    expect(regions.ofRange('vultr', 'NL')?.open).toBeUndefined();
  });

  it('states nothing where the publisher names no region', () => {
    expect(regions.ofRange('vultr', '')).toBeUndefined();
  });
});

describe('parseRegionTable()', () => {
  const header = 'provider,region,country,subdivision,place,status,alias_of,source';
  it.each([
    ['another header', 'provider,region\n', 'found header'],
    ['a country that is none', `${header}\na,r,XX,,p,documented,,s\n`, 'found country "XX"'],
    ['a status that is none', `${header}\na,r,DE,,p,maybe,,s\n`, 'found status "maybe"'],
    ['a country for an undocumented region', `${header}\na,r,DE,,p,undocumented,,s\n`, 'undocumented'],
    ['a region twice', `${header}\na,r,DE,,p,documented,,s\na,r,DE,,p,documented,,s\n`, 'line 3: found "a:r" twice'],
    ['an alias of nothing', `${header}\na,r,,,p,alias,q,s\n`, 'found alias_of "q"'],
    ['an open quote', `${header}\na,r,DE,,"p,documented,,s\n`, 'malformed'],
  ])('refuses %s', (_name, text, message) => {
    expect(parseRegionTable(text, jurisdictions)).toMatchObject({ ok: false, failure: expect.stringContaining(message) });
  });
});
