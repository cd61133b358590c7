import { cp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countryPlace } from '../../src/core/place/place.ts';
import type { CountryCode } from '../../src/core/place/country.ts';
import { loadGeoTables, type GeoTables } from '../../src/destination/geo-tables.ts';
import { locate } from '../../src/destination/locate.ts';
import type { WorldData } from '../../src/policy/model.ts';
import { parseCidr } from '../../src/wire/address/cidr.ts';
import { ManualClock } from '../support/clock.ts';
import { mmdbFile } from './support/mmdb-file.ts';
import { address, dataDirectory, DAY, lines, SHIPPED, tables, temporaryDirectory, TODAY } from './support/tables.ts';

const AWS =
  '3.120.0.0/14,aws,eu-central-1,EC2\n83.119.128.0/18,aws,eu-central-1-ist-1,EC2\n52.94.0.0/16,aws,GLOBAL,AMAZON\n52.95.0.0/16,aws,us-south-1,EC2';

function database(networks: Readonly<Record<string, string>>, options: { type?: string; built?: string } = {}): Buffer {
  const records = Object.fromEntries(Object.entries(networks).map(([cidr, code]) => [cidr, { country_code: code }]));
  return mmdbFile({
    databaseType: options.type ?? 'GeoLite2-Country',
    buildEpoch: new Date(options.built ?? '2026-11-01T00:00:00Z'),
    networks: records,
  });
}

function facts(from: GeoTables, text: string): { evidence: string[]; inside: boolean } {
  const { evidence, geoipProvesInside } = from.collectAddress(address(text), 443);
  return { evidence: lines(evidence), inside: geoipProvesInside };
}

describe('collectAddress()', () => {
  it('POL-04 calls resolvers and content networks anycast before any database is believed', async () => {
    const shipped = await tables();
    for (const text of ['1.1.1.1', '8.8.8.8', '9.9.9.9', '104.18.6.192', '2606:4700:4700::1111', '2001:4860:4860::8888']) {
      expect(facts(shipped, text).evidence[0], text).toBe('anycast anycast');
    }
    expect(facts(shipped, '1.1.1.1')).toEqual({ evidence: ['anycast anycast', 'geoip AU'], inside: false });
  });

  it('POL-03 has no evidence for an address that no table knows', async () => {
    const data = await dataDirectory({}, { 'dbip-country.mmdb': database({ '192.0.2.0/24': 'DE' }, { type: 'DBIP-Country' }) });
    expect(facts(await tables({ dataDirectory: data }), '203.1.2.3').evidence).toEqual([]);
  });

  it('POL-05 puts the cloud range before the database that contradicts it, and keeps both', async () => {
    const data = await dataDirectory({ aws: AWS }, { 'geolite2.mmdb': database({ '3.120.0.0/14': 'US' }) });
    const { evidence, inside } = facts(await tables({ dataDirectory: data }), '3.120.0.1');
    expect(evidence[0]).toBe('cloud-range DE');
    expect(evidence.slice(1).sort()).toEqual(['geoip DE', 'geoip US']);
    expect(inside).toBe(false);
  });

  it('places a local zone where it is, not where its region is', async () => {
    const from = await tables({ dataDirectory: await dataDirectory({ aws: AWS }) });
    expect(facts(from, '83.119.128.1').evidence[0]).toBe('cloud-range TR');
    expect(facts(from, '52.94.0.1').evidence[0]).toBe('cloud-range anycast');
    expect(facts(from, '52.95.0.1').evidence[0]).toBe('cloud-range unknown');
  });

  it('ADDR-09 judges an IPv4-mapped address as the IPv4 address it stands for', async () => {
    const from = await tables({ dataDirectory: await dataDirectory({ aws: AWS }) });
    expect(from.collectAddress(address('::ffff:3.120.0.1'), 443)).toEqual(from.collectAddress(address('3.120.0.1'), 443));
    expect(from.collectAddress(address('64:ff9b::378:1'), 443)).toMatchObject({ class: 'embedded-ipv4', evidence: [] });
  });

  it('asks no table about an address that is not public', async () => {
    const data = await dataDirectory({ x: '10.0.0.0/8,aws,eu-central-1,EC2' }, { 'g.mmdb': database({ '10.0.0.0/8': 'DE' }) });
    expect(facts(await tables({ dataDirectory: data }), '10.0.0.1')).toEqual({ evidence: [], inside: false });
  });

  it('puts an override first, the longest prefix of several, and gives it to private addresses too', async () => {
    const override = (text: string, code: string): { cidr: never; place: never; basis: string } => {
      const cidr = parseCidr(text);
      if (!cidr.ok) throw new Error(cidr.failure);
      return { cidr: cidr.value as never, place: countryPlace(code as CountryCode) as never, basis: 'site list' };
    };
    const from = await tables({
      overrides: [override('10.0.0.0/8', 'DE'), override('10.1.0.0/16', 'FR'), override('1.1.1.0/24', 'SE')],
    });
    expect(facts(from, '10.1.2.3').evidence).toEqual(['attestation FR']);
    expect(facts(from, '1.1.1.1').evidence[0]).toBe('attestation SE');
  });

  it('says when the gateway itself is meant', async () => {
    const from = await tables({ selfAddresses: () => [{ address: '127.0.0.1', port: 3128 }] });
    expect(from.collectAddress(address('127.0.0.1'), 3128).self).toBe(true);
    expect(from.collectAddress(address('127.0.0.1'), 443).self).toBe(false);
  });
});

describe('geoipProvesInside', () => {
  const NETWORK = { '193.0.0.0/20': 'NL' };

  it.each([
    ['one database alone', {}, 'agreeing', false],
    ['one database that is trusted', {}, 'single', true],
    ['two independent ones that agree', { 'geolite2.mmdb': database(NETWORK) }, 'agreeing', true],
    ['two that disagree', { 'geolite2.mmdb': database({ '193.0.0.0/20': 'DE' }) }, 'agreeing', false],
    ['two that disagree, one trusted', { 'geolite2.mmdb': database({ '193.0.0.0/20': 'DE' }) }, 'single', false],
    ['a second that does not know', { 'geolite2.mmdb': database({ '192.0.2.0/24': 'DE' }) }, 'agreeing', false],
    ['POL-06 a second that says EU', { 'geolite2.mmdb': database({ '193.0.0.0/20': 'EU' }) }, 'agreeing', false],
    ['a second of unknown maker', { 'mine.mmdb': database(NETWORK, { type: 'mine' }) }, 'agreeing', false],
    ['a second of the same maker', { 'other.mmdb': database(NETWORK, { type: 'DBIP-Country' }) }, 'agreeing', false],
    [
      'POL-02 a second that is too old',
      { 'geolite2.mmdb': database(NETWORK, { built: '2026-01-01T00:00:00Z' }) },
      'agreeing',
      false,
    ],
    ['a second from the future', { 'geolite2.mmdb': database(NETWORK, { built: '2027-01-01T00:00:00Z' }) }, 'agreeing', false],
    [
      'two of three',
      { 'geolite2.mmdb': database(NETWORK), 'ipinfo.mmdb': database({ '193.0.0.0/20': 'DE' }, { type: 'ipinfo' }) },
      'agreeing',
      false,
    ],
    [
      'no route to it',
      { 'geolite2.mmdb': database(NETWORK), 'iptoasn.mmdb': database({ '192.0.2.0/24': 'DE' }, { type: 'x' }) },
      'agreeing',
      false,
    ],
    [
      'a route to it',
      { 'geolite2.mmdb': database(NETWORK), 'iptoasn.mmdb': database(NETWORK, { type: 'x' }) },
      'agreeing',
      true,
    ],
  ] as const)('with %s', async (_name, databases, trust, expected) => {
    const from = await tables({ trust, dataDirectory: await dataDirectory({}, databases) });
    expect(facts(from, '193.0.6.139').inside).toBe(expected);
  });

  it('POL-04 is taken away by a database that calls the address anycast', async () => {
    const networks = { '193.0.0.0/20': { country: { iso_code: 'NL' }, traits: { is_anycast: true } } };
    const anycast = mmdbFile({ databaseType: 'GeoIP2-Country', buildEpoch: new Date('2026-11-01T00:00:00Z'), networks });
    const from = await tables({ trust: 'single', dataDirectory: await dataDirectory({}, { 'g.mmdb': anycast }) });
    expect(facts(from, '193.0.6.139')).toEqual({ evidence: ['anycast anycast', 'geoip NL'], inside: false });
  });
});

describe('age', () => {
  it('POL-02 marks evidence of a table that passes its limit while the gateway runs', async () => {
    const clock = new ManualClock(TODAY);
    const from = await tables({ clock, dataDirectory: await dataDirectory({ aws: AWS }) });
    expect(facts(from, '3.120.0.1').evidence).toEqual(['cloud-range DE', 'geoip DE']);
    clock.advance(45 * DAY);
    expect(facts(from, '3.120.0.1').evidence).toEqual(['cloud-range DE stale', 'geoip DE']);
    expect(from.status().find(({ name }) => name === 'aws')).toMatchObject({ stale: true, date: '2026-11-20' });
    clock.advance(30 * DAY);
    expect(facts(from, '3.120.0.1').evidence).toEqual(['cloud-range DE stale', 'geoip DE stale']);
    clock.step(-75 * DAY);
    expect(facts(from, '3.120.0.1').evidence).toEqual(['cloud-range DE', 'geoip DE']);
  });

  it('believes no table that is dated in the future: it would never become old', async () => {
    const from = await tables({ dataDirectory: await dataDirectory({ aws: AWS }, {}, '2099-01-01') });
    expect(facts(from, '3.120.0.1').evidence[0]).toBe('cloud-range DE stale');
  });

  it('states the age of every database', async () => {
    const dbip = (await tables()).status().find(({ name }) => name === 'dbip-country');
    expect(dbip).toMatchObject({ date: '2026-06-01', stale: false, licence: expect.stringContaining('CC BY 4.0') });
    expect(Math.floor((dbip?.age ?? 0) / DAY)).toBe(173);
  });
});

describe('loadGeoTables()', () => {
  it.each([
    ['cut', (file: string) => truncate(file, 60), 'cut or altered'],
    ['altered', (file: string) => writeFile(file, AWS.replace('eu-central-1-ist-1', 'eu-central-1')), 'cut or altered'],
    ['gone', (file: string) => rm(file), 'no such file'],
  ])(
    'POL-01 does without a range list that is %s, also when it was compiled before, and says why',
    async (_name, damage, message) => {
      const data = await dataDirectory({ aws: AWS, oci: '192.29.0.0/17,oci,eu-frankfurt-1,OCI' });
      expect(facts(await tables({ dataDirectory: data }), '3.120.0.1').evidence[0]).toBe('cloud-range DE');
      await damage(join(data, 'geo', 'aws.csv'));
      const from = await tables({ dataDirectory: data });
      expect(facts(from, '3.120.0.1').evidence).toEqual(['geoip DE']);
      expect(facts(from, '192.29.0.1').evidence[0]).toBe('cloud-range DE');
      expect(from.status().find(({ name }) => name === 'aws.csv')?.problem).toContain(message);
    },
  );

  it('POL-01 does without a list that its digest vouches for but nobody can read', async () => {
    const from = await tables({ dataDirectory: await dataDirectory({ aws: AWS, oci: 'junk' }) });
    expect(facts(from, '3.120.0.1').evidence[0]).toBe('cloud-range DE');
    expect(from.status().find(({ name }) => name === 'oci.csv')?.problem).toContain('line 2');
  });

  it('POL-01 does without any list when the manifest is broken', async () => {
    const data = await dataDirectory({ aws: AWS });
    await writeFile(join(data, 'geo', 'manifest.json'), '{');
    const from = await tables({ dataDirectory: data });
    expect(facts(from, '3.120.0.1').evidence).toEqual(['geoip DE']);
    expect(from.status().find(({ name }) => name === 'manifest.json')?.problem).toContain('not JSON');
  });

  it('POL-01 does without a database that is missing or cut, and says why', async () => {
    const directory = await temporaryDirectory();
    await cp(SHIPPED, directory, { recursive: true });
    await writeFile(join(directory, 'cut.mmdb'), database({ '192.0.2.0/24': 'DE' }).subarray(0, 50));
    const problems = (await tables({ directory, databases: ['gone.mmdb'] }))
      .status()
      .filter(({ problem }) => problem !== undefined);
    expect(problems.map(({ name }) => name)).toEqual(expect.arrayContaining(['gone.mmdb', 'cut.mmdb']));
  });

  it('gives the same answers from the compiled file, and reads it again after the lists change', async () => {
    const data = await dataDirectory({ aws: AWS });
    const first = await tables({ dataDirectory: data });
    const again = await tables({ dataDirectory: data });
    expect(again.version).toBe(first.version);
    expect(facts(again, '83.119.128.1')).toEqual(facts(first, '83.119.128.1'));
    const compiled = await readFile(join(data, 'geo', 'ranges.compiled'));
    await writeFile(join(data, 'geo', 'ranges.compiled'), compiled.fill(7, 200));
    expect(facts(await tables({ dataDirectory: data }), '83.119.128.1')).toEqual(facts(first, '83.119.128.1'));
  });

  it('takes the newer of two dates of one database', async () => {
    const update = database({ '193.0.0.0/20': 'DE' }, { type: 'DBIP-Country-Lite', built: '2026-11-01T00:00:00Z' });
    const from = await tables({ dataDirectory: await dataDirectory({}, { 'dbip.mmdb': update }) });
    expect(facts(from, '193.0.6.139').evidence).toEqual(['geoip DE']);
    const older = database({ '193.0.0.0/20': 'DE' }, { type: 'DBIP-Country-Lite', built: '2025-11-01T00:00:00Z' });
    const kept = await tables({ dataDirectory: await dataDirectory({}, { 'dbip.mmdb': older }) });
    expect(facts(kept, '193.0.6.139').evidence).toEqual(['geoip NL']);
  });

  it('fails when what the release ships is broken, and names the rows', async () => {
    const directory = await temporaryDirectory();
    await cp(SHIPPED, directory, { recursive: true });
    await writeFile(
      join(directory, 'endpoints.csv'),
      `${await readFile(join(SHIPPED, 'endpoints.csv'), 'utf8')}*.com,p,,DE,,,,s,2026-01-01,\n`,
    );
    const loaded = await loadGeoTables({
      directory,
      databases: [],
      overrides: [],
      trust: 'agreeing',
      maxAge: { ranges: DAY, geoip: DAY },
      clock: new ManualClock(TODAY),
      selfAddresses: () => [],
    });
    expect(loaded).toMatchObject({
      ok: false,
      failure: [{ table: 'endpoints.csv', detail: expect.stringContaining('*.com') }],
    });
  });

  it('says what cannot be proved while no range list is there', async () => {
    const missing = (await tables()).status().find(({ name }) => name === 'cloud ranges');
    expect(missing).toMatchObject({ rows: 0, problem: expect.stringContaining('geo update') });
  });
});

describe('world', () => {
  it('has the form that the policy is compiled against', async () => {
    const world: WorldData = (await tables()).world;
    expect(world.jurisdictions.get('eu')?.adequacy).toBe('eu-adequate');
    expect(world.regions.get('aws:eu-central-1')).toBe('DE');
    expect(world.regions.has('gcp:europe-west15')).toBe(false);
  });
});

describe('locate()', () => {
  it('collects name and addresses as far as they are known', async () => {
    const from = await tables({ dataDirectory: await dataDirectory({ aws: AWS }) });
    const host = { kind: 'name', name: 'bedrock-runtime.eu-central-1.amazonaws.com' } as const;
    const before = locate(from, { host, port: 443 });
    expect(before.name?.dependsOn?.path).toBe(true);
    expect(before).not.toHaveProperty('addresses');
    const resolution = { addresses: [address('3.120.0.1'), address('1.1.1.1')], chain: ['a.example'] };
    const after = locate(from, { host, port: 443, resolution, path: '/model/eu.x/invoke', content: null });
    expect(after.name).not.toHaveProperty('dependsOn');
    expect(after.addresses?.map(({ evidence }) => lines(evidence)[0])).toEqual(['cloud-range DE', 'anycast anycast']);
    expect(after.chain).toEqual(['a.example']);
  });

  it('collects a literal without asking for a name', async () => {
    const found = locate(await tables(), { host: { kind: 'address', address: address('1.1.1.1') }, port: 443 });
    expect(found.name).toBeUndefined();
    expect(found.addresses).toHaveLength(1);
  });
});
