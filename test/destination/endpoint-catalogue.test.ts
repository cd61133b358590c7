import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CountrySet } from '../../src/core/place/country-set.ts';
import { FACETS, type Facet, type NameFacts } from '../../src/core/place/evidence.ts';
import type { Place } from '../../src/core/place/place.ts';
import type { Jurisdiction } from '../../src/core/place/jurisdiction.ts';
import { parseEndpointCatalogue, type EndpointCatalogue } from '../../src/destination/endpoint-catalogue.ts';
import { parseJurisdictions } from '../../src/destination/jurisdictions.ts';
import { parseRegionTable, type RegionTable } from '../../src/destination/region-table.ts';
import { SHIPPED } from './support/tables.ts';

const HEADER = 'pattern,provider,when,entry,processing,storage,flags,source,date,note';
const BEDROCK = 'bedrock-runtime.eu-central-1.amazonaws.com';

let jurisdictions: ReadonlyMap<string, Jurisdiction>;
let regions: RegionTable;
let shipped: EndpointCatalogue;
let eu: CountrySet;

beforeAll(async () => {
  const read = (file: string): Promise<string> => readFile(join(SHIPPED, file), 'utf8');
  const sets = parseJurisdictions(await read('jurisdictions.json'));
  if (!sets.ok) throw new Error(sets.failure);
  jurisdictions = sets.value;
  eu = jurisdictions.get('eu')?.countries ?? CountrySet.EMPTY;
  const table = parseRegionTable(await read('cloud-regions.csv'), jurisdictions);
  if (!table.ok) throw new Error(table.failure);
  regions = table.value;
  shipped = catalogue(await read('endpoints.csv'));
});

function catalogue(text: string): EndpointCatalogue {
  const parsed = parseEndpointCatalogue(text, jurisdictions, regions);
  if (!parsed.ok) throw new Error(parsed.failure.join('\n'));
  return parsed.value;
}

function problems(...rows: string[]): readonly string[] {
  const parsed = parseEndpointCatalogue(`${[HEADER, ...rows].join('\n')}\n`, jurisdictions, regions);
  return parsed.ok ? [] : parsed.failure;
}

/** `entry / processing / storage`, a dash for what is not stated. */
function places(facts: NameFacts | undefined): string {
  const text = (place: Place | undefined): string => {
    if (place === undefined) return '-';
    if (place.open !== undefined) return place.open;
    const codes = place.countries.toArray();
    return place.countries.isSubsetOf(eu) && codes.length === 27 ? 'EU' : codes.join('+');
  };
  return FACETS.map((facet: Facet) => text(facts?.evidence.places[facet])).join(' / ');
}

describe('nameFacts()', () => {
  it.each([
    ['the EU profile', '/model/eu.anthropic.claude/invoke', 'DE / EU / EU'],
    ['the short EU profile of the issue', '/model/eu.x/invoke', 'DE / EU / EU'],
    ['the global profile', '/model/global.x/invoke', 'DE / global / global'],
    ['the US profile', '/model/us.x/converse', 'DE / US / US'],
    ['the Japanese profile', '/model/jp.x/converse-stream', 'DE / JP / JP'],
    ['a model without a profile', '/model/anthropic.claude-3-haiku-v1%3A0/invoke', 'DE / DE / DE'],
    ['an escaped letter', '/model/%65u.x/invoke', 'DE / EU / EU'],
    ['an escaped ARN', '/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A1%3Ainference-profile%2Feu.x.y/invoke', 'DE / EU / EU'],
    ['an ARN of another region', '/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Feu.x/invoke', 'DE / - / -'],
    [
      'an application profile',
      '/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A1%3Aapplication-inference-profile%2Fabc/invoke',
      'DE / - / -',
    ],
    ['a profile nobody knows', '/model/mars.anthropic.claude/invoke', 'DE / - / -'],
    ['a profile in capitals', '/model/EU.x/invoke', 'DE / - / -'],
    ['a double escape', '/model/%2565u.x/invoke', 'DE / - / -'],
    ['a broken escape', '/model/%E0%A4/invoke', 'DE / - / -'],
    ['a path that ends elsewhere', '/model/eu.x/../global.x/invoke', 'DE / - / -'],
    ['another operation that names the model in its content', '/async-invoke', 'DE / - / -'],
  ])('POL-07 places Bedrock by %s', (_name, path, expected) => {
    const facts = shipped.nameFacts(BEDROCK, path, null);
    expect(places(facts)).toBe(expected);
    expect(facts).toMatchObject({ processesElsewhere: true });
    expect(facts).not.toHaveProperty('dependsOn');
  });

  it('POL-07 says that the path decides while it is not known', () => {
    const facts = shipped.nameFacts(BEDROCK, undefined, undefined);
    expect(places(facts)).toBe('DE / - / -');
    expect(facts?.dependsOn).toEqual({ path: true, content: [] });
  });

  it('POL-07 places api.openai.com nowhere and eu.api.openai.com in the EU, whatever address serves it', () => {
    expect(places(shipped.nameFacts('api.openai.com', '/', null))).toBe('global / global / global');
    const european = shipped.nameFacts('eu.api.openai.com', '/', null);
    expect(places(european)).toBe('EU / EU / EU');
    expect(european?.servedFromAnywhere).toBe(true);
  });

  it('POL-07 gives Vertex the promise of the endpoint that was named and no more', () => {
    expect(places(shipped.nameFacts('aiplatform.googleapis.com', '/', null))).toBe('global / global / global');
    expect(places(shipped.nameFacts('europe-west3-aiplatform.googleapis.com', '/', null))).toBe('- / - / -');
    expect(places(shipped.nameFacts('aiplatform.europe-west3.rep.googleapis.com', '/', null))).toBe('DE / DE / DE');
    expect(places(shipped.nameFacts('aiplatform.eu.rep.googleapis.com', '/', null))).toBe('EU / EU / EU');
  });

  it.each([
    ['is not known', undefined, 'global / - / global', ['inference_geo']],
    ['is absent', null, 'global / global / global', undefined],
    ['has no inference_geo', { model: 'x' }, 'global / global / global', undefined],
    ['says us', { inference_geo: 'us' }, 'global / US / global', undefined],
    ['says global', { inference_geo: 'global' }, 'global / global / global', undefined],
    ['says something new', { inference_geo: 'eu' }, 'global / global / global', undefined],
    ['inherits us', Object.create({ inference_geo: 'us' }), 'global / global / global', undefined],
    ['is a list', ['us'], 'global / global / global', undefined],
  ])('places api.anthropic.com by content that %s', (_name, content, expected, members) => {
    const facts = shipped.nameFacts('api.anthropic.com', '/v1/messages', content);
    expect(places(facts)).toBe(expected);
    expect(facts?.dependsOn?.content).toEqual(members);
  });

  it('takes the most specific pattern', () => {
    expect(shipped.nameFacts('s3.eu-central-1.amazonaws.com', '/', null)?.evidence.match).toBe('*.{region}.amazonaws.com');
    expect(shipped.nameFacts('b.s3.amazonaws.com', '/', null)?.evidence.match).toMatch(/^\*\.s3\.amazonaws\.com/);
    expect(shipped.nameFacts('us.api.x.ai', '/', null)?.evidence.match).toBe('us.api.x.ai');
    expect(shipped.nameFacts('eu-west-1.api.x.ai', '/', null)?.evidence.match).toBe('{region}.api.x.ai');
  });

  it.each([
    'bedrock-runtime.eu-central-1.amazonaws.com.evil.example',
    'bedrock-runtime.eu-central-1.evil-amazonaws.com',
    'evileu.api.openai.com.example',
    'xeu.api.openai.com',
    'a.eu.api.openai.com',
    'openai.com',
    'com',
    'localhost',
  ])('knows nothing of %s, which only looks like a row', (host) => {
    expect(shipped.nameFacts(host, '/', null)).toBeUndefined();
  });

  it('keeps the flags of a service whose region nobody documents, and states no place for it', () => {
    const facts = shipped.nameFacts('bedrock-runtime.eu-nowhere-9.amazonaws.com', '/model/anthropic.x/invoke', null);
    expect(places(facts)).toBe('- / - / -');
    expect(facts?.processesElsewhere).toBe(true);
  });

  it('does not let a project name stand in for a region', () => {
    const text = [HEADER, '{region}-{project}.functions.example,p,,@gcp,,,,s,2026-01-01,'].join('\n');
    const facts = (host: string): NameFacts | undefined => catalogue(text).nameFacts(host, '/', null);
    expect(places(facts('us-central1-europe-west3.functions.example'))).toBe('US / - / -');
    expect(places(facts('europe-west10-shop.functions.example'))).toBe('DE / - / -');
    expect(places(facts('nowhere-europe-west3.functions.example'))).toBe('- / - / -');
  });

  it('lets a draft row state open places and nothing that could be inside a home', () => {
    const text = [HEADER, 'a.draft.example,p,,DE,eu,global,draft elsewhere,s,2026-01-01,'].join('\n');
    const facts = catalogue(text).nameFacts('a.draft.example', '/', null);
    expect(places(facts)).toBe('- / - / global');
    expect(facts?.evidence.match).toBe('a.draft.example (unverified: entry DE, processing eu)');
  });
});

describe('the shipped catalogue', () => {
  it('never places what a draft row claims inside anything', async () => {
    const text = await readFile(join(SHIPPED, 'endpoints.csv'), 'utf8');
    const drafts = text.split('\n').filter((line) => /\bdraft\b/.test(line.split(',')[6] ?? ''));
    expect(drafts.length).toBeGreaterThan(50);
    const hosts = drafts.flatMap((line) => {
      const host = line.split(',')[0]!.replace('*', 'x');
      return ['eu-central-1', 'europe-west3', 'westeurope', 'eu-frankfurt-1'].map((region) =>
        host.replace('{region}', region).replaceAll(/\{[a-z]+\}/g, '0'),
      );
    });
    for (const host of hosts) {
      const { places: stated } = shipped.nameFacts(host, '/', null)!.evidence;
      expect(
        Object.values(stated).filter((place) => place.open === undefined),
        host,
      ).toEqual([]);
    }
  });
});

describe('parseEndpointCatalogue()', () => {
  it.each([
    ['a pattern that covers a whole top-level domain', '*.com,p,,DE,,,,s,2026-01-01,', 'two literal labels'],
    ['a capture at the end', 'api.{region}.example,p,,DE,,,,s,2026-01-01,', 'two literal labels'],
    ['a star inside', 'a.*.example.com,p,,DE,,,,s,2026-01-01,', 'found label'],
    ['a capital letter', 'API.example.com,p,,DE,,,,s,2026-01-01,', 'found label'],
    ['a place that is none', 'api.example.com,p,,Germany,,,,s,2026-01-01,', 'entry: found place "Germany"'],
    ['a captured place without a capture', 'api.example.com,p,,@aws,,,,s,2026-01-01,', 'captures no {region}'],
    ['an unknown flag', 'api.example.com,p,,DE,,,global,s,2026-01-01,', 'found flag "global"'],
    ['an unknown condition', 'api.example.com,p,header.x=1,DE,,,,s,2026-01-01,', 'found condition'],
    ['a day that is none', 'api.example.com,p,,DE,,,,s,2026-02-30,', 'found date'],
    ['no source', 'api.example.com,p,,DE,,,,,2026-01-01,', 'expected a provider and a source'],
    ['a condition without a default', 'api.example.com,p,json.a=b,DE,,,,s,2026-01-01,', 'exactly one row without a condition'],
    ['a missing field', 'api.example.com,p,,DE', 'found 4 fields'],
  ])('refuses %s', (_name, row, message) => {
    expect(problems(row).join('\n')).toContain(message);
  });

  it('refuses one name twice', () => {
    const row = 'api.example.com,p,,DE,,,,s,2026-01-01,';
    expect(problems(row, row).join()).toContain('exactly one row without a condition');
  });

  it('names every wrong row at once', () => {
    expect(problems('*.com,p,,DE,,,,s,2026-01-01,', 'api.example.com,p,,Q,,,,s,2026-01-01,')).toHaveLength(2);
  });
});
