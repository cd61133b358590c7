import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LoadedSettings, loadSettings, type SettingsSources } from '../../src/config/load-settings.ts';
import { directoryWith } from './temporary-directory.ts';

const load = (sources: Partial<SettingsSources>) => loadSettings({ env: {}, flags: {}, cwd: '/nowhere', ...sources });

function loaded(sources: Partial<SettingsSources>): LoadedSettings {
  const result = load(sources);
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

/** What is wrong with a settings file, one line per issue. */
function issuesOf(text: string, more: Partial<SettingsSources> = {}): string[] {
  const result = load({ cwd: directoryWith({ 'cordon.yaml': text }), ...more });
  if (result.ok) return [];
  return result.failure.map(
    ({ where, path, message, hint }) => `${where} ${path}: ${message}${hint === undefined ? '' : ` (${hint})`}`,
  );
}

describe('loadSettings()', () => {
  it('loadSettings() gives the documented defaults without a file', () => {
    const { settings, origins, file } = loaded({ cwd: '/srv' });
    expect(settings.listen.proxy).toEqual([{ address: { host: '127.0.0.1', port: 3128 }, denials: 'connect' }]);
    expect(settings.listen.admin).toEqual({ address: { host: '127.0.0.1', port: 3129 } });
    expect(settings.data.directory).toBe('/srv/data');
    expect(settings.rules).toBe('/srv/rules');
    expect(settings.node).toEqual({});
    expect(settings.resolver).toMatchObject({ servers: 'system', timeout: 5000 });
    expect(settings.geo).toMatchObject({
      trust: 'agreeing',
      update: 'off',
      'max-age': { ranges: 45 * 86_400_000, geoip: 240 * 86_400_000 },
    });
    expect(settings.limits).toEqual({
      connections: 20_000,
      'header-size': 16_384,
      spool: 1024 ** 3,
      'content-memory': 1024 ** 2,
    });
    expect(settings.recordings).toEqual({
      durability: 'batched',
      'former-keys': [],
      retention: { metadata: 400 * 86_400_000, homes: {} },
      index: 'on',
      'content-limit': 1024 ** 2,
      stores: [],
    });
    expect(settings.tls).toEqual({});
    expect(settings['upstream-proxy']).toBeUndefined();
    expect(new Set(origins.values())).toEqual(new Set(['default']));
    expect(file).toBeUndefined();
  });

  it('loadSettings() takes the account at MaxMind from the file and its licence key from the environment', () => {
    const cwd = directoryWith({ 'cordon.yaml': 'geo: { maxmind: { account: 123456 } }\n' });
    const { settings } = loaded({ cwd, env: { CORDON_GEO_MAXMIND_LICENCE_KEY: 'abcdef_0123456789_mmk' } });
    const key = 'abcdef_0123456789_mmk';
    expect(settings.geo.maxmind).toEqual({ account: 123_456, 'licence-key': key, edition: 'GeoLite2-Country' });
    expect(loaded({}).settings.geo.maxmind).toBeUndefined();
    expect(load({ cwd })).toMatchObject({ ok: false, failure: [{ path: 'geo.maxmind.licence-key' }] });
  });

  it.each([
    ['geo: { maxmind: { account: 1, licence-key: 123456789 } }', 'expected text (in quotes)'],
    ['geo: { maxmind: { account: 1, licence-key: "123456789 " } }', 'expected 8 to 4096 visible ASCII characters'],
    ['geo: { maxmind: 123456789 }', 'expected account, licence-key, edition'],
    ['geo: { maxmind: "123456789" }', 'expected account, licence-key, edition'],
  ])('loadSettings() does not repeat a secret that is written wrong: %s', (text, wanted) => {
    const issues = issuesOf(text).join('\n');
    expect(issues).toContain(wanted);
    expect(issues).not.toContain('1234');
  });

  it('loadSettings() lets a flag win over the environment, the environment over the file, the file over the default', () => {
    const cwd = directoryWith({ 'cordon.yaml': 'log: { level: warn }\nworkers: 2\nresolver: { timeout: 1s }\n' });
    const env = { CORDON_LOG_LEVEL: 'error', CORDON_WORKERS: '3' };
    const { settings, origins } = loaded({ cwd, env, flags: { 'log.level': 'debug' } });
    expect([settings.log.level, settings.workers, settings.resolver.timeout]).toEqual(['debug', 3, 1000]);
    expect(['log.level', 'workers', 'resolver.timeout', 'rules'].map((path) => origins.get(path))).toEqual([
      'flag',
      'environment',
      'file',
      'default',
    ]);
  });

  it('loadSettings() resolves relative paths against the file that names them, else the working directory', () => {
    const cwd = directoryWith({ 'etc/cordon.yaml': 'rules: policies\ntrust: [ca.pem, /abs.pem]\n' });
    const { settings } = loaded({ cwd, file: 'etc/cordon.yaml', env: { CORDON_DATA_DIRECTORY: 'state' } });
    expect(settings.rules).toBe(join(cwd, 'etc/policies'));
    expect(settings.trust).toEqual([join(cwd, 'etc/ca.pem'), '/abs.pem']);
    expect(settings.data.directory).toBe(join(cwd, 'state'));
  });

  it('loadSettings() lets places follow: data takes that of the node, stores that of the data', () => {
    const followed = loaded({ env: { CORDON_NODE_PLACE: 'DE' } }).settings;
    expect([followed.data.place, followed.store.place, followed.recordings.place]).toEqual(['DE', 'DE', 'DE']);
    const stated = loaded({
      env: { CORDON_NODE_PLACE: 'DE', CORDON_DATA_PLACE: 'FR', CORDON_RECORDINGS_PLACE: 'AT' },
    }).settings;
    expect([stated.data.place, stated.store.place, stated.recordings.place]).toEqual(['FR', 'FR', 'AT']);
  });

  it('loadSettings() lets no place follow for a store on a server, which may be anywhere', () => {
    const { store } = loaded({ env: { CORDON_NODE_PLACE: 'DE', CORDON_STORE_URL: 'postgres://db/cordon' } }).settings;
    expect(store.place).toBeUndefined();
  });

  it('loadSettings() reads lists, maps and bracketed addresses from the environment', () => {
    const { settings } = loaded({
      env: {
        CORDON_LISTEN_PROXY: '[::1]:8080',
        CORDON_AUTHORITY: '[base.yaml, more.yaml]',
        CORDON_RESOLVER_SERVERS: '[9.9.9.9, "127.0.0.1:5353"]',
        CORDON_RESOLVER_HOSTS: '{ a.test: 127.0.0.1, b.test: ["::1", 10.0.0.1] }',
        CORDON_GEO_UPDATE: '12h',
      },
    });
    expect(settings.listen.proxy[0]?.address).toEqual({ host: '::1', port: 8080 });
    expect(settings.authority).toEqual(['base.yaml', 'more.yaml']);
    expect(settings.resolver.servers).toEqual([
      { host: '9.9.9.9', port: 53 },
      { host: '127.0.0.1', port: 5353 },
    ]);
    expect(settings.resolver.hosts['b.test']?.map(({ text }) => text)).toEqual(['::1', '10.0.0.1']);
    expect(settings.geo.update).toBe(43_200_000);
  });

  it('loadSettings() keeps names of the prototype out of maps', () => {
    const { settings } = loaded({ env: { CORDON_RESOLVER_HOSTS: '{ a.test: 127.0.0.1 }' } });
    expect(settings.resolver.hosts['constructor']).toBeUndefined();
    expect(issuesOf('resolver: { hosts: { __proto__: 127.0.0.1 } }')).toEqual([]);
  });

  it('loadSettings() reads NO as Norway and null as not set', () => {
    const cwd = directoryWith({ 'cordon.yaml': 'node: { place: NO }\nstore: { place: null }\nlog:\n' });
    const { settings } = loaded({ cwd });
    expect([settings.node.place, settings.store.place, settings.log.level]).toEqual(['NO', 'NO', 'info']);
  });

  it('loadSettings() takes an empty variable as not set', () => {
    expect(loaded({ env: { CORDON_LOG_LEVEL: '' } }).settings.log.level).toBe('info');
  });

  it('loadSettings() warns about variables that are no setting, but not about those of Kubernetes and of the CLI', () => {
    const env = {
      CORDON_LOG_LEVLE: 'debug',
      CORDON_SERVICE_HOST: '10.0.0.1',
      CORDON_PORT_3128_TCP: 'x',
      CORDON_PORT: 'y',
      CORDON_TOKEN: 'z',
    };
    expect(loaded({ env }).warnings).toEqual([
      'The environment variable CORDON_LOG_LEVLE is no setting; did you mean "CORDON_LOG_LEVEL"?',
    ]);
  });

  it('loadSettings() makes nothing of an optional section that nobody wrote, and wants all of one that somebody did', () => {
    expect(loaded({}).settings.traces).toBeUndefined();
    expect(issuesOf('traces: {}')).toEqual([
      'cordon.yaml:1:9 traces.endpoint: Found nothing, expected a value',
      'cordon.yaml:1:9 traces.place: Found nothing, expected a value',
    ]);
    expect(issuesOf('tls: { ca: { key: ca.key } }')).toEqual([
      'cordon.yaml:1:12 tls.ca.certificate: Found nothing, expected a value',
    ]);
  });

  it('loadSettings() accepts every example of the contract', () => {
    const text = `
node: { place: DE, metadata: aws }
store: { url: "postgres://cordon@db/cordon", place: DE }
sinks: [{ type: s3, bucket: audit, region: eu-central-1, place: DE }]
oidc: { issuer: "https://id.example", client-id: cordon, place: DE, roles: { privacy: { role: approver, groups: [privacy], places: [eu] } } }
webhooks: [{ url: "https://hook.example", secret: hook, place: DE, events: [approval.pending] }]
geo: { overrides: [{ cidr: "10.0.0.0/8", place: DE, basis: "site list" }] }
trust: [certs/internal-ca.pem]
tls: { ca: { certificate: ca.pem, key: ca.key } }
upstream-proxy: { url: "http://proxy:3128", place: DE }
traces: { endpoint: "https://otel.example", place: DE, context: cut }
listen:
  proxy:
    - { address: "0.0.0.0:3128", tls: { certificate: c.pem, key: c.key }, proxy-protocol: { from: 10.0.0.0/8 }, socks: true, denials: inside }
    - "[::]:3130"
  admin: { address: "0.0.0.0:3129", tls: { certificate: c.pem, key: c.key } }
`;
    expect(issuesOf(text)).toEqual([]);
  });

  it.each([
    ['lisen: 1', 'cordon.yaml:1:1 lisen: Unknown key "lisen" (did you mean "listen"?)'],
    ['geo:\n  max-age: { range: 1d }', 'cordon.yaml:2:14 geo.max-age.range: Unknown key "range" (did you mean "ranges"?)'],
    ['secrets: { keys: 1 }', 'cordon.yaml:1:12 secrets.keys: Unknown key "keys" (known here: provider, directory, vault)'],
    ['workers: 0', 'cordon.yaml:1:10 workers: Found 0, expected a whole number from 1 to 256'],
    ['workers: many', 'cordon.yaml:1:10 workers: Found "many", expected a whole number from 1 to 256'],
    [
      'log: { level: loud }',
      'cordon.yaml:1:15 log.level: Found "loud", expected one of trace, debug, info, warn, error, fatal, silent',
    ],
    ['log: [info]', 'cordon.yaml:1:6 log: Found a list, expected level'],
    [
      'resolver: { timeout: 5 }',
      'cordon.yaml:1:22 resolver.timeout: Found "5", expected a duration such as 150ms, 30s, 15m, 12h or 7d',
    ],
    ['limits: { spool: 1GB }', 'cordon.yaml:1:18 limits.spool: Found "1GB", expected a size such as 64KiB, 10MiB or 1GiB'],
    ['rules: 7', 'cordon.yaml:1:8 rules: Found 7, expected text (in quotes)'],
    ['rules: [a]', 'cordon.yaml:1:8 rules: Found a list, expected text (in quotes)'],
    [
      'listen: { proxy: "localhost:3128" }',
      'cordon.yaml:1:18 listen.proxy.address: Found "localhost:3128", expected an IP address and a port, such as 127.0.0.1:3128 or [::1]:3128',
    ],
    [
      'listen: { proxy: "127.0.0.1:99999" }',
      'cordon.yaml:1:18 listen.proxy.address: Found "127.0.0.1:99999", expected an IP address and a port, such as 127.0.0.1:3128 or [::1]:3128',
    ],
    [
      'listen: { proxy: [{ address: "127.0.0.1:1", denial: inside }] }',
      'cordon.yaml:1:45 listen.proxy.0.denial: Unknown key "denial" (did you mean "denials"?)',
    ],
    ['listen: { proxy: [{ denials: inside }] }', 'cordon.yaml:1:19 listen.proxy.0.address: Found nothing, expected a value'],
    [
      'resolver: { hosts: { "A.test": 10.0.0.1 } }',
      'cordon.yaml:1:32 resolver.hosts.A.test: Found "A.test", expected a lower-case name without trailing dot',
    ],
    [
      'resolver: { hosts: { a.test: 010.0.0.1 } }',
      'cordon.yaml:1:30 resolver.hosts.a.test: Found "010.0.0.1", expected an IPv4 address such as 192.0.2.1 or an IPv6 address such as 2001:db8::1',
    ],
    [
      'upstream-proxy: { url: "socks://p", place: DE }',
      'cordon.yaml:1:24 upstream-proxy.url: Found "socks://p", expected http://HOST:PORT or https://HOST:PORT of a proxy',
    ],
    [
      'upstream-proxy: { url: "https://p:3128/path", place: DE }',
      'cordon.yaml:1:24 upstream-proxy.url: Found "https://p:3128/path", expected http://HOST:PORT or https://HOST:PORT of a proxy',
    ],
    [
      'upstream-proxy: { url: "http://user:hunter2@p:3128", place: DE }',
      'cordon.yaml:1:24 upstream-proxy.url: Found a URL with a user, which is not shown, expected http://HOST:PORT or https://HOST:PORT; what the proxy wants to know goes into a secret, which `secret` names',
    ],
    [
      'upstream-proxy: { url: "http://p:3128", place: DE }',
      'cordon.yaml:1:48 upstream-proxy.place: Found DE without node.place, expected where this machine stands as well: everything leaves through there',
    ],
    [
      '{ node: { place: DE }, upstream-proxy: { url: "http://p:3128", place: DE, secret: exit } }',
      'cordon.yaml:1:83 upstream-proxy.secret: Found it with http://p:3128, expected https, or a proxy on this machine: the credential would cross the network in the clear',
    ],
    ['store: { url: mysql }', 'cordon.yaml:1:15 store.url: Found "mysql", expected sqlite or a postgres:// URL'],
    [
      'node: { place: "D E" }',
      'cordon.yaml:1:16 node.place: Found "D E", expected a place: a country such as DE, a set such as eu, or a cloud region such as aws:eu-central-1',
    ],
    [
      '- a',
      'cordon.yaml:1:1 : Found a list, expected listen, node, data, rules, authority, resolver, geo, store, recordings, approvals, secrets, limits, workers, log, trust, tls, upstream-proxy, traces, oidc, saml, token-exchange, sinks, webhooks',
    ],
  ])('loadSettings() refuses %j and says where', (text, issue) => {
    expect(issuesOf(text)).toEqual([issue]);
  });

  it('loadSettings() reports every issue at once, of all three sources', () => {
    const issues = issuesOf('workers: 0\nlisen: 1\n', { env: { CORDON_LOG_LEVEL: 'loud' }, flags: { 'geo.trsut': 'x' } });
    expect(issues.map((issue) => issue.split(' ')[0])).toEqual([
      '--set',
      'cordon.yaml:2:1',
      'cordon.yaml:1:10',
      'CORDON_LOG_LEVEL',
    ]);
    expect(issues[0]).toBe('--set geo.trsut geo.trsut: Unknown setting "geo.trsut" (did you mean "geo.trust"?)');
  });

  it('loadSettings() finds a wrong value in a layer that another one covers', () => {
    expect(issuesOf('workers: 0', { env: { CORDON_WORKERS: '2' } })).toEqual([
      'cordon.yaml:1:10 workers: Found 0, expected a whole number from 1 to 256',
    ]);
  });

  it.each([
    ['workers: 1\nworkers: 2\n', 'cordon.yaml:2:1'],
    ['a: &a 1\n', 'cordon.yaml:1:7'],
    ['workers: 1\n---\nworkers: 2\n', 'cordon.yaml:2:1'],
    ['workers: [1\n', 'cordon.yaml:2:1'],
  ])('POL-10: loadSettings() refuses the YAML of %j with its line', (text, where) => {
    expect(issuesOf(text)[0]?.split(' ')[0]).toBe(where);
  });

  it('loadSettings() refuses a named file that is not there, and does without an unnamed one', () => {
    const result = load({ file: 'gone.yaml' });
    expect(result.ok ? '' : result.failure[0]?.message).toMatch(/^The settings file cannot be read: ENOENT/);
    expect(load({}).ok).toBe(true);
  });

  it.each(['0.0.0.0:3129', '[::]:3129', '10.0.0.1:3129'])(
    'ADM-04: loadSettings() refuses the admin API on %s without TLS',
    (address) => {
      const result = load({ flags: { 'listen.admin': address } });
      expect(result.ok ? '' : result.failure[0]).toMatchObject({
        where: '--set listen.admin',
        message: `Found ${address} without tls, expected a loopback address or { address, tls: { certificate, key } }`,
      });
    },
  );

  it.each(['127.0.0.1:0', '127.9.9.9:3129', '[::1]:3129'])(
    'ADM-04: loadSettings() takes the admin API on %s without TLS',
    (address) => {
      expect(load({ flags: { 'listen.admin': address } }).ok).toBe(true);
    },
  );

  it('loadSettings() never throws, whatever the file holds', () => {
    const cwd = directoryWith({});
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        for (const path of ['listen.proxy', 'resolver.hosts', 'workers', 'sinks', 'tls.ca.key']) {
          expect(typeof load({ cwd, flags: { [path]: text } }).ok).toBe('boolean');
        }
      }),
      { numRuns: 40 },
    );
  });
});
