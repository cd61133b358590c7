import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { readdir, readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pinnedExchange } from '../../../src/app/egress/pinned-exchange.ts';
import { exchangeIds } from '../../../src/app/system.ts';
import { openTables } from '../../../src/app/tables.ts';
import { openFetch } from '../../../src/cli/egress/open-fetch.ts';
import { loadSettings } from '../../../src/config/load-settings.ts';
import { hostText } from '../../../src/core/address.ts';
import { ok } from '../../../src/core/result.ts';
import { maxmindSource } from '../../../src/destination/update/sources.ts';
import { updateTables, type UpdateReport } from '../../../src/destination/update/update.ts';
import { address, tables, temporaryDirectory } from '../../destination/support/tables.ts';
import { maxmindArchive } from '../../destination/support/maxmind-archive.ts';
import { journalIn } from '../../recording/fixtures.ts';
import { recordsOf } from '../../support/record-files.ts';
import { createTestCa } from '../../support/certificates.ts';
import { MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';

const NOW = '2026-08-23T10:00:00Z';
const PUBLISHER = 'download.maxmind.com';
const STORAGE = 'mm-prod-geoip-databases.a2649acb697e2c09b632799562c076f2.r2.cloudflarestorage.com';
const ELSEWHERE = 'storage.elsewhere.test';
const ACCOUNT = '123456';
const KEY = 'Zz9plural_0123456789abcdef_mmk';
const BASIC = `Basic ${Buffer.from(`${ACCOUNT}:${KEY}`).toString('base64')}`;
/** What must be in no report, record, manifest or table: the key in both spellings, and the signature of the address redirected to. */
const SECRETS = [KEY, BASIC.slice(6), '5ecret5ignature'];

const ca = await createTestCa();
const clock = new ManualClock(NOW);
const settingsWith = (key: string) => {
  const env = { CORDON_GEO_MAXMIND_LICENCE_KEY: key };
  const loaded = loadSettings({ env, flags: { 'geo.maxmind.account': ACCOUNT }, cwd: '/nowhere' });
  return loaded.ok ? loaded.value.settings : expect.fail(JSON.stringify(loaded.failure));
};
const opened = await openTables(settingsWith(KEY), clock, () => []);
const geoTables = opened.ok ? opened.value : expect.fail(opened.failure);

/** What each host was asked: path with query, and the Authorization field. */
let seen: { host: string; path: string; authorization: string | undefined }[];
/** The records of the update so far, and how many there were at each dial. */
let records: () => ReturnType<typeof recordsOf>;
let recordedAtDial: number[];
/** The answers of this test by host and suffix or path; everything else is 404. */
let answers: Record<string, (response: ServerResponse) => void>;
const servers: Server[] = [];
/** Where each host really listens. */
const ports = new Map<string, number>();

beforeAll(async () => {
  for (const host of [PUBLISHER, STORAGE, ELSEWHERE]) {
    const server = createServer(await ca.good(host), (request, response) => answer(host, request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    ports.set(host, (server.address() as AddressInfo).port);
  }
});

afterAll(() => {
  for (const server of servers) server.close();
});

function answer(host: string, { url = '', headers }: IncomingMessage, response: ServerResponse): void {
  seen.push({ host, path: url, authorization: headers.authorization });
  if (host === PUBLISHER && headers.authorization !== BASIC) return void response.writeHead(401).end('Invalid license key');
  const key = `${host === PUBLISHER ? '' : `${host} `}${/suffix=([a-z0-9.]+)$/.exec(url)?.[1] ?? 'object'}`;
  const known = answers[key];
  if (known === undefined) response.writeHead(404).end();
  else known(response);
}

const give = (content: string | Uint8Array) => (response: ServerResponse) => void response.end(content);
const refuse = (status: number) => (response: ServerResponse) => void response.writeHead(status).end('no');
const redirect = (location: string) => (response: ServerResponse) => void response.writeHead(302, { location }).end();
const presigned = (host: string) => `https://${host}/GeoLite2-Country.tar.gz?X-Amz-Expires=900&X-Amz-Signature=5ecret5ignature`;

/** The answers of a publisher with the build of a day. */
function publish({ archive, digest } = maxmindArchive({ day: '20260818' })): typeof answers {
  return { 'tar.gz': redirect(presigned(STORAGE)), 'tar.gz.sha256': give(digest), [`${STORAGE} object`]: give(archive) };
}

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory();
  seen = [];
  recordedAtDial = [];
  answers = publish();
});

/** `geo update --only maxmind` with this key; names have these addresses, which lead to the servers of this file. */
async function update({ key = KEY, addresses = {} }: { key?: string; addresses?: Record<string, string> } = {}) {
  const sources = [{ ...maxmindSource('GeoLite2-Country'), minimumRows: 1 }];
  const resolve = (name: string) =>
    Promise.resolve(ok({ addresses: [address(addresses[name] ?? '203.0.114.1')], chain: [], expiresAt: 0 }));
  // What was judged is a public address with port 443; the last step alone leads here instead.
  const carry: typeof pinnedExchange = (form, _addresses, options) => {
    recordedAtDial.push(records().length);
    const { host } = form.authority;
    const port = ports.get(hostText(host)) ?? expect.fail(`nobody is ${hostText(host)}`);
    return pinnedExchange({ ...form, authority: { host, port } }, ['127.0.0.1'], { ...options, anchors: [ca.pem] });
  };
  const settings = settingsWith(key);
  const journal = await journalIn(join(directory, 'recordings'));
  records = () => recordsOf(journal.directory);
  const egress = openFetch({
    settings,
    tables: geoTables,
    sources,
    resolver: { resolve, recall: () => undefined },
    parent: undefined,
    clock,
    journal,
    newExchangeId: exchangeIds(clock, MACHINE_RANDOM),
    carry,
  });
  if (!egress.ok) throw new Error(egress.failure);
  return updateTables({ sources, directory: join(directory, 'geo'), fetch: egress.value, clock });
}

function reasonOf({ sources: [first] }: UpdateReport): string {
  return first?.outcome === 'failed' ? first.reason : `not failed: ${first?.outcome}`;
}

async function contents(): Promise<Record<string, string>> {
  const files = await readdir(join(directory, 'geo'));
  const texts = await Promise.all(files.map((file) => readFile(join(directory, 'geo', file), 'latin1')));
  return Object.fromEntries(files.map((file, i) => [file, texts[i] ?? '']));
}

function expectNoSecret(...texts: readonly string[]): void {
  for (const secret of SECRETS) expect(texts.join('\n')).not.toContain(secret);
}

describe('updateTables() from MaxMind', () => {
  it('shows the licence key to the publisher alone, and leaves no secret behind', async () => {
    const report = await update();
    expect(report).toMatchObject({ complete: true, sources: [{ outcome: 'updated', entry: { date: '2026-08-18' } }] });
    expect(seen).toEqual([
      { host: PUBLISHER, path: '/geoip/databases/GeoLite2-Country/download?suffix=tar.gz', authorization: BASIC },
      {
        host: STORAGE,
        path: new URL(presigned(STORAGE)).pathname + new URL(presigned(STORAGE)).search,
        authorization: undefined,
      },
      { host: PUBLISHER, path: '/geoip/databases/GeoLite2-Country/download?suffix=tar.gz.sha256', authorization: BASIC },
    ]);
    const files = await contents();
    expect(Object.keys(files).toSorted()).toEqual(['manifest.json', 'maxmind.mmdb']);
    expectNoSecret(JSON.stringify(report), ...Object.values(files));
  });

  it('has every request on the record before it is dialled, that to where it was redirected too', async () => {
    await update();
    const download = `https://${PUBLISHER}/geoip/databases/GeoLite2-Country/download?suffix`;
    const permit = { kind: 'decision', decision: 'permit', subject: 'cordon', rules: ['table-updates'] };
    expect(records()).toMatchObject([
      { ...permit, target: download },
      { kind: 'outcome', status: 302, dialled: '127.0.0.1', bytes: { received: 0 } },
      { ...permit, target: `https://${STORAGE}/GeoLite2-Country.tar.gz?X-Amz-Expires&X-Amz-Signature` },
      { kind: 'outcome', status: 200, dialled: '127.0.0.1' },
      { ...permit, target: download },
      { kind: 'outcome', status: 200, dialled: '127.0.0.1' },
    ]);
    expect(new Set(records().map(({ exchange }) => exchange)).size).toBe(3);
    expect(recordedAtDial).toEqual([1, 3, 5]);
    expectNoSecret(JSON.stringify(records()));
  });

  it('is a second opinion: what it and DB-IP agree on proves inside, and its maker is named', async () => {
    const before = await tables({ dataDirectory: directory, clock });
    expect(before.collectAddress(address('193.0.6.139'), 443).geoipProvesInside).toBe(false);
    await update();
    const after = await tables({ dataDirectory: directory, clock });
    expect(after.collectAddress(address('193.0.6.139'), 443).geoipProvesInside).toBe(true);
    expect(after.status().find(({ name }) => name === 'maxmind')).toMatchObject({
      kind: 'geoip',
      date: '2026-08-18',
      stale: false,
      licence: expect.stringContaining('This product includes GeoLite Data created by MaxMind'),
    });
  });

  it('takes an archive that comes without a redirect, and a digest that comes with one', async () => {
    const { archive, digest } = maxmindArchive({ day: '20260818' });
    answers = {
      'tar.gz': give(archive),
      'tar.gz.sha256': redirect(presigned(STORAGE)),
      [`${STORAGE} object`]: give(digest),
    };
    expect(await update()).toMatchObject({ complete: true });
  });
});

describe('updateTables() over a good database of MaxMind', () => {
  const older = maxmindArchive({ day: '20260817' });
  const future = maxmindArchive({ day: '20260825' });
  const current = maxmindArchive({ day: '20260821' });
  const misdated = maxmindArchive({ day: '20260821', buildEpoch: new Date('2026-08-14T00:00:00Z') });
  const object = `${STORAGE} object`;

  it.each<[string, typeof answers, RegExp]>([
    ['an older build', publish(older), /table of 2026-08-17, older than the present one of 2026-08-18/],
    ['an older build under a new name', publish(misdated), /table of 2026-08-14, older/],
    ['a build of the future', publish(future), /2026-08-25, expected none after today/],
    ['an archive that is cut', { ...publish(current), [object]: give(current.archive.subarray(0, 700)) }, /SHA-256/],
    ['another archive than that of the digest', { ...publish(current), [object]: give(older.archive) }, /SHA-256/],
    ['a page instead of gzip', { ...publish(current), [object]: give('<!DOCTYPE html>') }, /SHA-256/],
    ['a page instead of the digest', { ...publish(current), 'tar.gz.sha256': give('<!DOCTYPE html>') }, /no line of a SHA-256/],
    ['no digest', { ...publish(current), 'tar.gz.sha256': refuse(404) }, /status 404/],
    ['nothing', { ...publish(current), [object]: give('') }, /empty document/],
    ['too much', { ...publish(current), [object]: give(Buffer.alloc(33 * 2 ** 20)) }, /more than 33554432 bytes/],
    ['an expired address', { ...publish(current), [object]: refuse(403) }, /Found status 403, expected 200$/],
    ['an account without right', { 'tar.gz': refuse(403) }, /status 403, .*no right to this edition/],
    ['too many downloads', { 'tar.gz': refuse(429) }, /status 429, .*downloads of today/],
    ['a redirect without an address', { 'tar.gz': refuse(302) }, /redirect to what is no https address/],
    [
      'a redirect elsewhere',
      { 'tar.gz': redirect(presigned(ELSEWHERE)) },
      /redirect to storage\.elsewhere\.test, expected one/,
    ],
    ['a redirect to an address', { 'tar.gz': redirect(presigned('169.254.169.254')) }, /redirect to 169\.254\.169\.254/],
    ['a redirect in the clear', { 'tar.gz': redirect(presigned(STORAGE).replace('https', 'http')) }, /no https address/],
    ['a redirect in the clear to the port of https', { 'tar.gz': redirect(`http://${STORAGE}:443/`) }, /no https address/],
    ['a redirect to another port', { 'tar.gz': redirect(presigned(`${STORAGE}:8443`)) }, /no https address/],
    ['a redirect with user information', { 'tar.gz': redirect(presigned(`u:p@${STORAGE}`)) }, /no https address/],
    ['a second redirect', { ...publish(current), [object]: redirect(presigned(STORAGE)) }, /Found status 302, expected 200/],
  ])('keeps it against %s', async (_, changed, reason) => {
    expect(await update()).toMatchObject({ complete: true });
    const before = await contents();
    seen = [];
    answers = changed;
    const report = await update();
    expect(reasonOf(report)).toMatch(reason);
    expect(await contents()).toEqual(before);
    expectNoSecret(JSON.stringify(report), JSON.stringify(records()));
    expect(seen.filter(({ host, authorization }) => host === ELSEWHERE || (host === STORAGE && authorization))).toEqual([]);
  });

  it('keeps it against a wrong licence key, and does not repeat that', async () => {
    await update();
    const before = await contents();
    const report = await update({ key: 'wrong_key_wrong_key_mmk' });
    expect(reasonOf(report)).toMatch(/status 401, expected 200: account or licence key \(geo\.maxmind\) is wrong/);
    expect(JSON.stringify(report)).not.toContain('wrong_key');
    expect(await contents()).toEqual(before);
  });

  it.each([PUBLISHER, STORAGE])('asks nobody when %s leads into the own network', async (host) => {
    const report = await update({ addresses: { [host]: '169.254.169.254' } });
    expect(reasonOf(report)).toMatch(/metadata_address/);
    expect(seen.map((each) => each.host)).toEqual(host === PUBLISHER ? [] : [PUBLISHER]);
    expect(records().slice(-2)).toMatchObject([
      { kind: 'decision', decision: 'deny', code: 'metadata_address', target: expect.stringContaining(host) },
      { kind: 'outcome', code: 'metadata_address', bytes: { sent: 0, received: 0 } },
    ]);
  });
});
