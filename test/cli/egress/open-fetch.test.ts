import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pinnedExchange } from '../../../src/app/egress/pinned-exchange.ts';
import { exchangeIds } from '../../../src/app/system.ts';
import { openTables } from '../../../src/app/tables.ts';
import { openFetch, type FetchParts } from '../../../src/cli/egress/open-fetch.ts';
import { publishersPolicy } from '../../../src/cli/egress/publishers-policy.ts';
import { loadSettings } from '../../../src/config/load-settings.ts';
import { ok } from '../../../src/core/result.ts';
import { locate } from '../../../src/destination/locate.ts';
import { UPDATE_SOURCES } from '../../../src/destination/update/sources.ts';
import { decide } from '../../../src/policy/decide.ts';
import { parseIpAddress } from '../../../src/wire/address/ip-address.ts';
import { journalIn, temporaryDirectory } from '../../recording/fixtures.ts';
import { recordsOf, verified } from '../../support/record-files.ts';
import { says, startHostileParent } from '../../support/hostile-parent.ts';
import { createTestCa } from '../../support/certificates.ts';
import { MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';

const LIST = 'https://ip-ranges.amazonaws.com/ip-ranges.json';
const DENIED = [
  ['decision', 'deny'],
  ['outcome', undefined],
];
const LIMITS = { maxBytes: 1000, timeout: 1000 };

const parsed = parseIpAddress('8.8.8.8');
const publicAddress = parsed.ok ? parsed.value : expect.fail('8.8.8.8 does not parse');

async function world(flags: Readonly<Record<string, string>>) {
  const loaded = loadSettings({ env: {}, flags, cwd: '/nowhere' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const clock = new ManualClock('2026-11-22T10:00:00Z');
  const tables = await openTables(loaded.value.settings, clock, () => []);
  if (!tables.ok) throw new Error(tables.failure);
  return { settings: loaded.value.settings, tables: tables.value, clock };
}

const ca = await createTestCa();

/** A publisher on loopback. */
async function publisher(answer: RequestListener): Promise<number> {
  const server = createServer(await ca.good('ip-ranges.amazonaws.com'), answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

/** The gateway's own egress with a resolver that gives these addresses and remembers what it was asked. */
async function egress(
  addresses: readonly string[],
  flags: Readonly<Record<string, string>> = {},
  carry: NonNullable<FetchParts['carry']> = pinnedExchange,
  parent?: FetchParts['parent'],
) {
  const { settings, tables, clock } = await world(flags);
  const journal = await journalIn(temporaryDirectory());
  const asked: string[] = [];
  const resolver = {
    recall: () => undefined,
    resolve: (name: string) => {
      asked.push(name);
      const parsed = addresses.flatMap((text) => {
        const address = parseIpAddress(text);
        return address.ok ? [address.value] : [];
      });
      return Promise.resolve(ok({ addresses: parsed, chain: [], expiresAt: 0 }));
    },
  };
  return {
    asked,
    journal,
    records: () => recordsOf(journal.directory),
    fetch: openFetch({
      settings,
      tables,
      sources: UPDATE_SOURCES,
      resolver,
      parent,
      clock,
      journal,
      newExchangeId: exchangeIds(clock, MACHINE_RANDOM),
      carry,
    }),
  };
}

describe('openFetch()', () => {
  it('openFetch() looks up and asks nobody but the publishers', async () => {
    const { asked, fetch, records } = await egress(['203.0.114.1']);
    if (!fetch.ok) throw new Error(fetch.failure);
    for (const url of [
      'https://elsewhere.test/',
      'https://ip-ranges.amazonaws.com.elsewhere.test/',
      'https://203.0.114.1/',
      'http://ip-ranges.amazonaws.com/',
    ]) {
      expect((await fetch.value(url, LIMITS)).ok).toBe(false);
    }
    expect(asked).toEqual([]);
    expect(records().map(({ kind, decision }) => [kind, decision])).toEqual([0, 1, 2, 3].flatMap(() => DENIED));
  });

  it.each([
    ['169.254.169.254', 'metadata_address'],
    ['10.0.0.1', 'private_address'],
    ['127.0.0.1', 'private_address'],
  ])('openFetch() does not dial %s, whatever name leads there', async (address, code) => {
    const { asked, fetch, records } = await egress(['203.0.114.1', address]);
    if (!fetch.ok) throw new Error(fetch.failure);
    const got = await fetch.value(LIST, LIMITS);
    expect(got).toMatchObject({ ok: false, failure: { code } });
    expect(asked).toEqual(['ip-ranges.amazonaws.com']);
    expect(records()).toMatchObject([
      { kind: 'decision', decision: 'deny', code, subject: 'cordon', target: LIST },
      { kind: 'outcome', code, bytes: { sent: 0, received: 0 } },
    ]);
  });

  it('openFetch() has the decision on the record before it dials, and the outcome after it', async () => {
    const port = await publisher((_request, response) => void response.end('the list'));
    const before: unknown[] = [];
    const { fetch, records, journal } = await egress(['8.8.8.8'], { 'node.place': 'DE' }, (form, addresses, options) => {
      before.push(addresses, records().length);
      return pinnedExchange({ ...form, authority: { ...form.authority, port } }, ['127.0.0.1'], {
        ...options,
        anchors: [ca.pem],
      });
    });
    if (!fetch.ok) throw new Error(fetch.failure);
    const got = await fetch.value(`${LIST}?key=secret`, LIMITS);
    expect(got).toMatchObject({ ok: true, value: { bytes: Buffer.from('the list') } });
    expect(before).toEqual([['8.8.8.8'], 1]);
    const [decision, outcome] = records();
    expect(decision).toMatchObject({
      decision: 'permit',
      subject: 'cordon',
      client: 'self',
      method: 'GET',
      target: `${LIST}?key`,
      rules: ['table-updates'],
      transfer: { rule: 'table-updates', basis: 'public-data' },
    });
    expect(outcome).toMatchObject({
      kind: 'outcome',
      exchange: decision?.['exchange'],
      status: 200,
      dialled: '127.0.0.1',
      bytes: { sent: 0, received: 8 },
    });
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { records: 2 } });
  });

  it('openFetch() records what an answer other than the document was', async () => {
    const port = await publisher((_request, response) => void response.writeHead(302, { location: '/' }).end());
    const { fetch, records } = await egress(['8.8.8.8'], {}, (form, _addresses, options) =>
      pinnedExchange({ ...form, authority: { ...form.authority, port } }, ['127.0.0.1'], { ...options, anchors: [ca.pem] }),
    );
    if (!fetch.ok) throw new Error(fetch.failure);
    expect(await fetch.value(LIST, LIMITS)).toMatchObject({ ok: false, failure: { code: 'origin_protocol' } });
    expect(records()).toMatchObject([{ decision: 'permit' }, { kind: 'outcome', status: 302, dialled: '127.0.0.1' }]);
  });

  it('openFetch() dials nobody when the decision cannot be recorded', async () => {
    const { fetch, journal } = await egress(['8.8.8.8'], {}, () => expect.fail('dialled without a record'));
    if (!fetch.ok) throw new Error(fetch.failure);
    await journal.close();
    expect(await fetch.value(LIST, LIMITS)).toMatchObject({ ok: false, failure: { code: 'audit_unavailable' } });
  });

  it.each(['DE', 'eu', 'aws:eu-central-1'])(
    'publishersPolicy() is at home in %s, and permits GET from the publishers as a transfer of public data',
    async (place) => {
      const { settings, tables, clock } = await world({ 'node.place': place });
      const own = publishersPolicy(settings, UPDATE_SOURCES, tables.world, clock.now());
      if (!own.ok) throw new Error(own.failure);
      const host = { kind: 'name', name: 'ip-ranges.amazonaws.com' } as const;
      const resource = locate(tables, { host, port: 443, resolution: { addresses: [publicAddress], chain: [] } });
      const decided = (method: string) =>
        decide(own.value.policy, {
          subject: own.value.subject,
          action: { kind: 'intercepted', visibility: 'inspected', scheme: 'https', method, path: '/', mediaType: 'none' },
          resource,
          environment: { now: clock.now() },
        });
      expect(decided('GET')).toMatchObject({ effect: 'permit', transfer: { basis: 'public-data' }, dial: ['8.8.8.8'] });
      expect(decided('POST').effect).toBe('deny');
    },
  );

  it.each([
    ['without an account', 'https://download.maxmind.com/geoip/databases/GeoLite2-Country/download', {}],
    [
      'of another publisher than that of the account',
      'https://ip-ranges.amazonaws.com/ip-ranges.json',
      { 'geo.maxmind.account': '1', 'geo.maxmind.licence-key': '0123456789' },
    ],
  ])('openFetch() gets no licensed document %s', async (_, url, flags) => {
    const { asked, fetch } = await egress(['203.0.114.1'], flags);
    if (!fetch.ok) throw new Error(fetch.failure);
    const got = await fetch.value(url, { ...LIMITS, licensed: { redirectsTo: [] } });
    expect(got).toMatchObject({ ok: false, failure: { code: 'no_rule', detail: expect.stringContaining('geo.maxmind') } });
    expect(asked).toEqual([]);
  });

  it('openFetch() refuses a node.place that is no place', async () => {
    const { fetch } = await egress([], { 'node.place': 'atlantis' });
    expect(fetch.ok ? '' : fetch.failure).toMatch(/^node\.place: .*atlantis/);
  });

  it('openFetch() asks the parent for the judged address, and reaches nobody past it', async () => {
    await using hostile = await startHostileParent(says('HTTP/1.1 403 No\r\n\r\n'));
    const parent = { label: 'p', port: hostile.port, judge: () => Promise.resolve(ok(['127.0.0.1'])) };
    const { fetch, records } = await egress(['203.0.114.1'], {}, pinnedExchange, parent);
    if (!fetch.ok) throw new Error(fetch.failure);
    const got = await fetch.value(LIST, LIMITS);
    expect(got).toMatchObject({
      ok: false,
      failure: { code: 'connect_failed', detail: expect.stringContaining('403') as string },
    });
    expect(hostile.asked).toEqual(['CONNECT 203.0.114.1:443 HTTP/1.1\r\nHost: 203.0.114.1:443\r\n\r\n']);
    expect(records().map((record) => record['code'])).toEqual([undefined, 'connect_failed']);
  });
});
