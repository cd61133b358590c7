import { describe, expect, it } from 'vitest';
import { compileFor } from '../../../src/app/compile-policy.ts';
import { openParent } from '../../../src/app/egress/open-parent.ts';
import { openTables } from '../../../src/app/tables.ts';
import { policyFiles } from '../../../src/config/policy-files.ts';
import { loadSettings } from '../../../src/config/load-settings.ts';
import { fail, ok } from '../../../src/core/result.ts';
import type { GeoTables } from '../../../src/destination/geo-tables.ts';
import { formatIssue } from '../../../src/policy/issue.ts';
import { openOriginTls } from '../../../src/tls/origin-tls.ts';
import { parseIpAddress } from '../../../src/wire/address/ip-address.ts';
import { ManualClock } from '../../support/clock.ts';

const clock = new ManualClock('2026-11-22T10:00:00Z');

function settingsOf(flags: Readonly<Record<string, string>>) {
  const usual = { 'node.place': 'DE', 'upstream-proxy.url': 'http://proxy:3128', 'upstream-proxy.place': 'DE' };
  const loaded = loadSettings({ env: {}, flags: { ...usual, ...flags }, cwd: '/nowhere' });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  return loaded.value.settings;
}

async function tablesOf(flags: Readonly<Record<string, string>> = {}): Promise<GeoTables> {
  const tables = await openTables(settingsOf(flags), clock, () => [{ address: '10.1.1.1', port: 3128 }]);
  if (!tables.ok) throw new Error(tables.failure);
  return tables.value;
}

const tables = await tablesOf();
/** The same, but that this block is known to be elsewhere. */
const abroad = await tablesOf({ 'geo.overrides': '[{ cidr: "10.9.0.0/16", place: US }]' });

interface Given {
  readonly flags?: Readonly<Record<string, string>>;
  /** What the name of the parent means; none: it cannot be looked up. */
  readonly addresses?: readonly string[];
  readonly secret?: string;
  readonly tables?: GeoTables;
}

/** The parent as a gateway opens it, in a world that the test can change. */
async function opened(given: Given) {
  const world = { addresses: given.addresses ?? ['10.9.9.9'], tables: given.tables ?? tables };
  const asked: string[] = [];
  const originTls = openOriginTls([]);
  if (!originTls.ok) throw new Error(originTls.failure);
  const parent = await openParent({
    settings: settingsOf(given.flags ?? {}),
    tables: () => world.tables,
    clock,
    secrets: { find: () => Promise.resolve(ok(given.secret)) },
    originTls: originTls.value,
    resolver: {
      recall: () => undefined,
      resolve: (name) => {
        asked.push(name);
        if (world.addresses.length === 0)
          return Promise.resolve(fail({ code: 'dns_failed', detail: 'nobody answers' } as const));
        const addresses = world.addresses.flatMap((text) => {
          const parsed = parseIpAddress(text);
          return parsed.ok ? [parsed.value] : [];
        });
        return Promise.resolve(ok({ addresses, chain: [], expiresAt: 0 }));
      },
    },
  });
  return { parent, world, asked };
}

const LOCAL = { 'upstream-proxy.url': 'http://127.0.0.1:8888', 'upstream-proxy.secret': 'exit' };

describe('openParent()', () => {
  it('judges the addresses of the parent at the start and anew for each connection', async () => {
    const { parent, world, asked } = await opened({});
    if (!parent.ok || parent.value === undefined) throw new Error('no parent');
    const { judge, label, port } = parent.value;
    expect([label, port]).toEqual(['proxy:3128', 3128]);
    expect(await judge()).toEqual(ok(['10.9.9.9']));
    world.addresses = ['10.9.9.10', '10.9.9.11'];
    expect(await judge()).toEqual(ok(['10.9.9.10', '10.9.9.11']));
    expect(asked).toEqual(['proxy', 'proxy', 'proxy']);
    world.tables = abroad;
    expect(await judge()).toMatchObject({
      failure: { code: 'place_contradiction', detail: expect.stringContaining('upstream-proxy proxy:3128: ') as string },
    });
  });

  it.each<[string, Given, RegExp]>([
    [
      'that is stated outside the node',
      { flags: { 'upstream-proxy.place': 'US' } },
      /^--set upstream-proxy\.place upstream-proxy\.place: Found US, expected a place inside DE/,
    ],
    [
      'that is stated wider than the node',
      { flags: { 'upstream-proxy.place': 'eu' } },
      /: Found eu, expected a place inside DE/,
    ],
    ['at no place', { flags: { 'upstream-proxy.place': 'atlantis' } }, /: Found "atlantis", expected a country/],
    [
      'that evidence puts elsewhere',
      { tables: abroad },
      /^--set upstream-proxy\.url upstream-proxy\.url: Found http:\/\/proxy:3128, expected a proxy in DE: place_contradiction/,
    ],
    ['at a metadata address', { addresses: ['169.254.169.254'] }, /metadata_address/],
    ['at a link-local address', { addresses: ['fe80::1'] }, /private_address/],
    ['that is the gateway itself', { addresses: ['10.1.1.1'] }, /self_address/],
    ['of which one address is forbidden', { addresses: ['10.9.9.9', '169.254.169.254'] }, /metadata_address/],
    [
      'whose credential is missing',
      { flags: LOCAL },
      /^--set upstream-proxy\.secret upstream-proxy\.secret: exit: .*cordon secrets set exit/,
    ],
    ['whose credential is none', { flags: LOCAL, secret: 'hunter2' }, /expected USER:PASSWORD$/],
    ['whose credential would end its line', { flags: LOCAL, secret: 'a:hunter2\r\nX: y' }, /expected USER:PASSWORD$/],
  ])('refuses one %s, and says where', async (_, given, expected) => {
    const { parent } = await opened(given);
    expect(parent.ok ? '' : parent.failure).toMatch(expected);
    expect(JSON.stringify(parent)).not.toContain('hunter2');
  });

  it('starts with one that cannot be looked up yet, and dials nothing of it', async () => {
    const { parent } = await opened({ addresses: [] });
    if (!parent.ok || parent.value === undefined) throw new Error('no parent');
    expect(await parent.value.judge()).toMatchObject({ failure: { code: 'dns_failed' } });
  });

  it('sends the secret as Basic', async () => {
    const { parent } = await opened({ flags: LOCAL, secret: 'Aladdin:open sesame' });
    if (!parent.ok || parent.value === undefined) throw new Error('no parent');
    expect(await parent.value.authorization?.()).toEqual(ok('Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=='));
    expect(parent.value.tls).toBeUndefined();
  });

  it('speaks TLS with one that is written with https', async () => {
    const { parent } = await opened({ flags: { 'upstream-proxy.url': 'https://proxy:3128' } });
    if (!parent.ok || parent.value === undefined) throw new Error('no parent');
    expect(parent.value.tls?.options).toMatchObject({ rejectUnauthorized: true, servername: 'proxy' });
  });
});

describe('compileFor() with an upstream proxy', () => {
  it.each([
    ['DE', 0],
    ['eu', 0],
    ['any', 0],
    ['FR', 1],
    ['us', 1],
  ])('an agent at home in %s: %i errors', (home, errors) => {
    const text = `cordon: 1\nagents:\n  - { id: a, home: ${home}, identify: [{ token: true }] }\n`;
    const { policy, issues } = compileFor(
      { settings: settingsOf({}), observe: false, clock },
      tables.world,
    )(policyFiles([{ file: 'a.yaml', text }]));
    expect(policy === undefined).toBe(errors > 0);
    const said = issues.filter(({ severity }) => severity === 'error').map(formatIssue);
    expect(said).toHaveLength(errors);
    if (errors > 0) {
      expect(said[0]).toMatch(
        /^a\.yaml:3:20: .*Found (?:FR|us), expected one that holds DE, where everything passes through \(--set upstream-proxy\.place/,
      );
    }
  });
});
