import { describe, expect, it } from 'vitest';
import { type LoadedSettings, loadSettings } from '../../src/config/load-settings.ts';
import { laterSettings } from '../../src/config/later-settings.ts';
import { listSettings, printSettings } from '../../src/config/print-settings.ts';
import { directoryWith } from './temporary-directory.ts';

function loaded(flags: Readonly<Record<string, string>>, cwd = '/nowhere'): LoadedSettings {
  const result = loadSettings({ env: {}, flags, cwd });
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

const EVERYTHING = {
  'listen.proxy': '[{ address: "10.0.0.1:3128", tls: { certificate: /c.pem, key: /c.key }, denials: inside }, "[::1]:0"]',
  'node.place': 'aws:eu-central-1',
  'resolver.servers': '[9.9.9.9, "[2620:fe::fe]:5353"]',
  'resolver.hosts': '{ a.test: [127.0.0.1, "::1"] }',
  'resolver.timeout': '1500ms',
  'geo.overrides': '[{ cidr: 10.0.0.0/8, place: DE, basis: "site list" }]',
  'geo.update': '12h',
  'limits.spool': '1536KiB',
  'limits.header-size': '1000B',
  'oidc.issuer': 'https://id.example',
  'oidc.client-id': 'cordon',
  'oidc.place': 'DE',
  'oidc.roles': '{ ops: { role: operator } }',
  authority: '[a.yaml]',
};

describe('printSettings()', () => {
  it('printSettings() writes a settings file that gives the same settings again', () => {
    const first = loaded(EVERYTHING);
    const cwd = directoryWith({ 'cordon.yaml': printSettings(first) });
    expect(loaded({}, cwd).settings).toEqual(first.settings);
  });

  it('printSettings() says of each setting where it came from', () => {
    const lines = printSettings(loaded({ 'log.level': 'debug' })).split('\n');
    expect(lines).toContain('  level: debug # flag');
    expect(lines).toContain('workers: 1 # default');
    expect(lines).toContain('    ranges: 45d # default');
  });

  it('printSettings() hides what may be secret in addresses', () => {
    const text = printSettings(
      loaded({
        'store.url': 'postgres://cordon:hunter2@db:5432/cordon?password=hunter3',
        webhooks:
          '[{ url: "https://hooks.example/services/T000/hunter4", secret: hook, place: DE, events: [approval.pending] }]',
      }),
    );
    expect(text).not.toContain('hunter');
    expect(text).toContain('postgres://***@db:5432/***');
    expect(text).toContain('https://hooks.example/***');
  });

  it('printSettings() and listSettings() hide a licence key whole, and what they print instead is no key', () => {
    const settings = loaded({ 'geo.maxmind.account': '123456', 'geo.maxmind.licence-key': 'hunter6_hunter6_mmk' });
    expect(printSettings(settings)).toContain('    account: 123456 # flag\n    licence-key: "***" # flag\n');
    expect(JSON.stringify([printSettings(settings), listSettings(settings)])).not.toContain('hunter');
    const cwd = directoryWith({ 'cordon.yaml': printSettings(settings) });
    expect(loadSettings({ env: {}, flags: {}, cwd })).toMatchObject({
      ok: false,
      failure: [{ path: 'geo.maxmind.licence-key', message: expect.stringContaining('expected 8 to 4096') }],
    });
  });

  it('listSettings() gives one row per setting that has a value', () => {
    const rows = listSettings(loaded({ 'limits.spool': '2GiB' }));
    expect(rows).toContainEqual({ path: 'limits.spool', value: '2GiB', origin: 'flag' });
    expect(rows.map(({ path }) => path)).not.toContain('node.place');
  });
});

describe('laterSettings()', () => {
  it('laterSettings() finds nothing in the defaults', () => {
    expect(laterSettings(loaded({}))).toEqual({ refused: [], ignored: [] });
  });

  it.each([[{ 'listen.proxy': '{ address: "0.0.0.0:3128", socks: true }' }, 'listen.proxy.socks']])(
    'laterSettings() refuses %j, which nothing honours yet',
    (flags, path) => {
      expect(laterSettings(loaded(flags as Record<string, string>)).refused.map((sentence) => sentence.split(':')[0])).toEqual([
        path,
      ]);
    },
  );

  it('laterSettings() warns about what is missing, and starts', () => {
    const { refused, ignored } = laterSettings(
      loaded({ 'geo.update': '1d', workers: 'auto', sinks: '[{ type: http, place: DE }]' }),
    );
    expect(refused).toEqual([]);
    expect(ignored.map((sentence) => sentence.split(':')[0])).toEqual(['geo.update']);
  });
});
