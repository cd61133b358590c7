import { describe, expect, it } from 'vitest';
import { serverJudge } from '../../../src/app/loading/judge-server.ts';
import { loadSettings } from '../../../src/config/load-settings.ts';
import { parseCountryCode } from '../../../src/core/place/country.ts';
import { countryPlace } from '../../../src/core/place/place.ts';
import { fail, ok, type Result } from '../../../src/core/result.ts';
import type { GeoTables } from '../../../src/destination/geo-tables.ts';
import { parseCidr } from '../../../src/wire/address/cidr.ts';
import { ManualClock } from '../../support/clock.ts';
import { tables, TODAY } from '../../destination/support/tables.ts';

const PLAIN = await tables();

function override(cidr: string, country: string) {
  const parsed = parseCidr(cidr);
  if (!parsed.ok) throw new Error(parsed.failure);
  return { cidr: parsed.value, place: countryPlace(parseCountryCode(country)!), basis: 'site list' };
}

function judge(
  addresses: readonly string[],
  geo: Result<GeoTables, string> = ok(PLAIN),
  server = { host: 'db.example', port: 5432, isHere: false },
): Promise<Result<readonly string[], string>> {
  const loaded = loadSettings({ env: {}, flags: { 'node.place': 'DE', 'store.place': 'DE' }, cwd: import.meta.dirname });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const parts = { settings: loaded.value.settings, tables: () => Promise.resolve(geo), clock: new ManualClock(TODAY) };
  return serverJudge(server, parts)(addresses);
}

const HERE = { host: 'localhost', port: 5432, isHere: true };

describe('serverJudge()', () => {
  it.each([
    ['a private address', ['10.1.2.3']],
    ['several', ['10.1.2.3', 'fd00::5']],
    ['a public one that the statement stands for', ['194.25.0.60']],
  ])('has %s dialled', async (_name, addresses) => {
    expect(await judge(addresses)).toEqual(ok(addresses));
  });

  it.each([
    ['the metadata service', ['169.254.169.254'], 'store.url: metadata_address: '],
    ['a link-local address', ['169.254.7.7'], 'store.url: private_address: '],
    ['one among several', ['10.1.2.3', '169.254.169.254'], '(db.example at 10.1.2.3, 169.254.169.254)'],
    ['what is no address', ['db'], 'Found db, expected addresses'],
  ])('refuses %s', async (_name, addresses, expected) => {
    const judged = await judge(addresses);
    expect(judged.ok ? 'dialled' : judged.failure).toContain(expected);
  });

  it('refuses an address that other evidence puts elsewhere, from when that is in force', async () => {
    const abroad = await tables({ overrides: [override('10.1.0.0/16', 'US')] });
    const judged = await judge(['10.1.2.3'], ok(abroad));
    expect(judged.ok ? 'dialled' : judged.failure).toContain('store.url: place_contradiction: ');
    expect(await judge(['10.2.2.3'], ok(abroad))).toEqual(ok(['10.2.2.3']));
  });

  it('judges an address in the URL as well', async () => {
    for (const host of ['169.254.169.254', 'fe80::1']) {
      const judged = await judge([host], ok(PLAIN), { host, port: 5432, isHere: false });
      expect(judged.ok).toBe(false);
    }
    expect(await judge(['fd00::5'], ok(PLAIN), { host: 'fd00::5', port: 5432, isHere: false })).toEqual(ok(['fd00::5']));
  });

  it('dials nothing while there are no tables', async () => {
    expect(await judge(['10.1.2.3'], fail('ranges: cut off'))).toEqual(fail('ranges: cut off'));
  });

  it('finds a server on this machine at its loopback addresses alone, whatever its name has', async () => {
    expect(await judge(['127.0.0.1', '::1'], fail('not asked'), HERE)).toEqual(ok(['127.0.0.1', '::1']));
    expect(await judge(['127.0.0.1', '10.0.0.1'], fail('not asked'), HERE)).toEqual(
      fail('Found the address 10.0.0.1, expected one of this machine'),
    );
  });
});
