import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openVault } from '../../../src/app/secrets/open-vault.ts';
import { exchangeIds } from '../../../src/app/system.ts';
import { loadSettings } from '../../../src/config/load-settings.ts';
import type { Secrets } from '../../../src/core/ports.ts';
import type { Result } from '../../../src/core/result.ts';
import type { OpenJournal } from '../../../src/recording/journal.ts';
import { tables } from '../../destination/support/tables.ts';
import { journalIn, temporaryDirectory } from '../../recording/fixtures.ts';
import { createTestCa, type TestCa } from '../../support/certificates.ts';
import { MACHINE_RANDOM, ManualClock } from '../../support/clock.ts';
import { linesOf } from '../../support/record-files.ts';
import { VaultServer } from '../../support/vault-server.ts';

const VALUE = 'sk-of-vault-7d1c';
const SECRET_ID = 'secret-id-f00d';
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjb3Jkb24ifQ.c2ln';
const geo = await tables();

let ca: TestCa;
let vault: VaultServer;
let directory: string;
let journal: OpenJournal;
let clock: ManualClock;

beforeAll(async () => {
  ca = await createTestCa('Vault');
  vault = await VaultServer.open({
    tls: await ca.good('127.0.0.1'),
    namespace: 'acme/egress',
    appRoles: { 'role-1': SECRET_ID },
    workloads: { cordon: JWT },
    lease: 100,
  });
});
afterAll(() => vault[Symbol.asyncDispose]());
beforeEach(async () => {
  directory = temporaryDirectory();
  clock = new ManualClock('2026-11-22T10:00:00Z');
  journal = await journalIn(directory, { clock, segmentAge: 3_600_000 });
  vault.requests.length = 0;
  vault.isSealed = false;
  vault.tokens.clear();
  vault.put('cordon/openai-key', { value: VALUE });
  for (const [file, text] of [
    ['ca.pem', ca.pem],
    ['secret-id', `${SECRET_ID}\n`],
    ['jwt', JWT],
  ] as const) {
    writeFileSync(join(directory, file), text, { mode: 0o600 });
  }
});

const APP_ROLE = { 'secrets.vault.app-role.role-id': 'role-1', 'secrets.vault.app-role.secret-id-file': 'secret-id' };

async function open(flags: Readonly<Record<string, string>> = APP_ROLE): Promise<Result<Secrets, string>> {
  const given = {
    'node.place': 'DE',
    'secrets.provider': 'vault',
    'secrets.vault.url': vault.url,
    'secrets.vault.place': 'DE',
    'secrets.vault.namespace': 'acme/egress',
    'secrets.vault.trust': 'ca.pem',
    ...flags,
  };
  const loaded = loadSettings({ env: {}, flags: given, cwd: directory });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failure));
  const { settings } = loaded.value;
  const resolver = { resolve: () => Promise.reject(new Error('Nothing to look up')), recall: () => undefined };
  const egress = {
    tables: () => geo,
    resolver,
    clock,
    journal,
    newExchangeId: exchangeIds(clock, MACHINE_RANDOM),
    parent: undefined,
  };
  return await openVault(settings.secrets.vault!, { settings, clock, anchors: [], egress });
}

async function opened(flags?: Readonly<Record<string, string>>): Promise<Secrets> {
  const secrets = await open(flags);
  if (!secrets.ok) throw new Error(secrets.failure);
  return secrets.value;
}

const failure = (sentence: string): object => ({ ok: false, failure: expect.stringContaining(sentence) as string });
const lines = (): readonly string[] => vault.requests.map(({ line }) => line);
const LOGIN = 'POST /v1/auth/approle/login';
const READ = 'GET /v1/secret/data/cordon/openai-key';

describe('openVault(): ways to sign in', () => {
  it('signs in as an AppRole, with one token until nine tenths of its lease are over', async () => {
    const secrets = await opened();
    expect(await secrets.find('openai-key')).toEqual({ ok: true, value: VALUE });
    clock.advance(60_000);
    expect(await secrets.find('openai-key')).toEqual({ ok: true, value: VALUE });
    expect(lines()).toEqual([LOGIN, READ, READ]);
    clock.advance(60_000);
    expect(await secrets.find('openai-key')).toEqual({ ok: true, value: VALUE });
    expect(lines()).toEqual([LOGIN, READ, READ, LOGIN, READ]);
  });

  it('signs in with the JWT of the platform', async () => {
    const secrets = await opened({ 'secrets.vault.jwt.role': 'cordon', 'secrets.vault.jwt.file': 'jwt' });
    expect(await secrets.find('openai-key')).toEqual({ ok: true, value: VALUE });
    expect(lines()).toEqual(['POST /v1/auth/kubernetes/login', READ]);
  });

  it('reads the token that somebody else renews anew for each use', async () => {
    const file = join(directory, 'token');
    writeFileSync(file, vault.mint(), { mode: 0o600 });
    const secrets = await opened({ 'secrets.vault.token-file': 'token' });
    expect(await secrets.find('openai-key')).toEqual({ ok: true, value: VALUE });
    vault.tokens.clear();
    clock.advance(30_000);
    expect(await secrets.find('openai-key')).toEqual(failure('status 403'));
    writeFileSync(file, `${vault.mint()}\n`);
    clock.advance(1_000);
    expect(await secrets.find('openai-key')).toEqual({ ok: true, value: VALUE });
  });

  it('signs in again, once, where a token was revoked; not where it is too young for that', async () => {
    const secrets = await opened();
    await secrets.find('openai-key');
    vault.tokens.clear();
    clock.advance(30_000);
    expect(await secrets.find('openai-key')).toEqual({ ok: true, value: VALUE });
    expect(lines()).toEqual([LOGIN, READ, READ, LOGIN, READ]);
    vault.tokens.clear();
    expect(await secrets.find('another')).toEqual(failure('Vault permits no reading of secret/cordon/another'));
    expect(lines().slice(5)).toEqual(['GET /v1/secret/data/cordon/another']);
  });

  it('does not sign in again with what was refused, which would lock it out, and at once with something else', async () => {
    writeFileSync(join(directory, 'secret-id'), 'no-such-secret-id');
    const secrets = await opened();
    for (let second = 0; second < 15; second++) {
      expect(await secrets.find('openai-key')).toEqual(failure('Vault gives no token at auth/approle/login (status 400)'));
      clock.advance(1_000);
    }
    expect(lines()).toEqual([LOGIN]);
    expect(await secrets.find('openai-key')).toEqual(failure('status 400'));
    expect(lines()).toEqual([LOGIN, LOGIN]);
    writeFileSync(join(directory, 'secret-id'), SECRET_ID);
    clock.advance(1_000);
    expect(await secrets.find('openai-key')).toEqual({ ok: true, value: VALUE });
  });

  it.each([
    ['that ends the field', { client_token: 'hvs.a\r\nX-Vault-Namespace: root' }],
    ['that is no text', { client_token: ['hvs.a'] }],
    ['that is empty, as while another factor is asked for', { client_token: '', mfa_requirement: {} }],
    ['without end', { client_token: 'x'.repeat(17_000) }],
  ])('takes no token %s', async (_what, auth) => {
    vault.instead.push({ status: 200, content: JSON.stringify({ auth }) });
    const secrets = await opened();
    expect(await secrets.find('openai-key')).toEqual(failure('Vault gives no token at auth/approle/login (status 200)'));
    expect(lines()).toEqual([LOGIN]);
  });

  it('believes Vault, and not a lease that was said to have no end, when it refuses the token', async () => {
    const token = vault.mint();
    for (const lease of [-1, '3600', 1e308, null]) {
      vault.requests.length = 0;
      vault.tokens.add(token);
      vault.instead.push({ status: 200, content: JSON.stringify({ auth: { client_token: token, lease_duration: lease } }) });
      const secrets = await opened();
      expect(await secrets.find('openai-key')).toEqual({ ok: true, value: VALUE });
      vault.tokens.clear();
      clock.advance(30_000);
      expect(await secrets.find('openai-key')).toEqual({ ok: true, value: VALUE });
      expect(lines()).toEqual([LOGIN, READ, READ, LOGIN, READ]);
    }
  });

  it('signs in once for all whose token ends at the same time, and a hundred secrets wait for it', async () => {
    const secrets = await opened();
    const names = Array.from({ length: 100 }, (_, number) => `key-${number}`);
    for (const name of names) vault.put(`cordon/${name}`, { value: name });
    await secrets.find('openai-key');
    vault.tokens.clear();
    clock.advance(95_000);
    const found = await Promise.all(names.map((name) => secrets.find(name)));
    expect(found).toEqual(names.map((value) => ({ ok: true, value })));
    expect(lines().filter((line) => line === LOGIN)).toHaveLength(2);
  });

  it('says what is wrong with the file that it signs in with, and never what is in it', async () => {
    writeFileSync(join(directory, 'secret-id'), 'no-such-secret-id');
    const secrets = await opened();
    expect(await secrets.find('openai-key')).toEqual(failure('Vault gives no token at auth/approle/login (status 400)'));
    chmodSync(join(directory, 'secret-id'), 0o666);
    clock.advance(1_000);
    expect(await secrets.find('openai-key')).toEqual(failure('can be changed by others, expected a mode such as 0400'));
  });
});

describe('openVault(): values', () => {
  it('reads one anew when its time is over, and once for all who ask meanwhile', async () => {
    const secrets = await opened();
    await secrets.find('openai-key');
    vault.put('cordon/openai-key', { value: 'sk-rotated' });
    // 30 s of which a second is that of whoever injects it.
    clock.advance(28_999);
    expect(await secrets.find('openai-key')).toEqual({ ok: true, value: VALUE });
    clock.advance(1);
    let go: () => void = () => {};
    vault.gate = new Promise((resolve) => (go = resolve));
    const found = [secrets.find('openai-key'), secrets.find('openai-key'), secrets.find('openai-key')];
    go();
    expect(await Promise.all(found)).toEqual(found.map(() => ({ ok: true, value: 'sk-rotated' })));
    expect(lines()).toEqual([LOGIN, READ, READ]);
  });

  it('has none while Vault is sealed or away, also not the former one, and asks it once a second at most', async () => {
    const secrets = await opened();
    await secrets.find('openai-key');
    vault.isSealed = true;
    clock.advance(29_000);
    expect(await secrets.find('openai-key')).toEqual(failure('Vault cannot be asked: It is sealed'));
    const asked = vault.requests.length;
    expect(await secrets.find('another')).toEqual(failure('It is sealed'));
    expect(await secrets.find('openai-key')).toEqual(failure('It is sealed'));
    expect(vault.requests.length).toBe(asked);
    vault.isSealed = false;
    clock.advance(1_000);
    expect(await secrets.find('openai-key')).toEqual({ ok: true, value: VALUE });
  });

  it.each([
    ['no entry', () => {}, 'Vault has no entry secret/cordon/x'],
    [
      'an entry whose version was deleted',
      () => (vault.put('cordon/x', { value: 'a' }), vault.remove('cordon/x')),
      'The current version of secret/cordon/x in Vault was deleted',
    ],
    ['another field', () => vault.put('cordon/x', { token: 'a' }), 'The entry secret/cordon/x in Vault has no field value'],
    ['a number', () => vault.put('cordon/x', { value: 7 }), 'is no text, or empty'],
    ['nothing', () => vault.put('cordon/x', { value: '' }), 'is no text, or empty'],
    [
      'more than a value may have',
      () => vault.put('cordon/x', { value: 'a'.repeat(64 * 1024 + 1) }),
      'has more than 65536 bytes',
    ],
    ['an answer without end', () => vault.put('cordon/x', { value: 'a'.repeat(1024 * 1024) }), 'content_too_large'],
    ['content that is no JSON', () => vault.instead.push({ status: 200, content: VALUE }), 'Found no KV version 2'],
    [
      'a redirect',
      () => vault.instead.push({ status: 307, headers: { location: 'https://127.0.0.2:1/' }, content: '' }),
      'Found a redirect (status 307)',
    ],
    [
      'another version of KV',
      () => vault.instead.push({ status: 200, content: JSON.stringify({ data: { value: VALUE } }) }),
      'Found no KV version 2',
    ],
  ])('says that it found %s', async (_what, prepare, sentence) => {
    const secrets = await opened();
    await secrets.find('openai-key');
    prepare();
    const found = await secrets.find('x');
    expect(found).toEqual(failure(sentence));
    expect(JSON.stringify(found)).not.toContain(VALUE);
  });

  it('says that nothing is mounted, or that it may not read', async () => {
    const elsewhere = await opened({ ...APP_ROLE, 'secrets.vault.mount': 'kv' });
    expect(await elsewhere.find('x')).toEqual(failure('Vault has nothing mounted that kv/cordon/x is in'));
    const namespace = await opened({ ...APP_ROLE, 'secrets.vault.namespace': 'other' });
    expect(await namespace.find('x')).toEqual(failure('Vault gives no token at auth/approle/login (status 403)'));
  });

  it('changes nothing there, and says how', async () => {
    const secrets = await opened();
    expect(await secrets.set('x', 'y')).toEqual(failure('vault kv put -mount=secret cordon/x value=-'));
    expect(await secrets.find('../x')).toEqual(failure('Found the name "../x"'));
  });
});

describe('openVault(): egress', () => {
  it('puts each request on the record, without token, secret id and value', async () => {
    const secrets = await opened();
    await secrets.find('openai-key');
    await journal.close();
    const record = linesOf(join(directory, journal.writer)).join('\n');
    const [login, read] = linesOf(join(directory, journal.writer))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ kind }) => kind === 'decision');
    expect(login).toMatchObject({ session: 'secrets', subject: 'cordon', decision: 'permit', rules: ['secrets'] });
    expect(read).toMatchObject({
      method: 'GET',
      target: `${vault.url}/v1/secret/data/cordon/openai-key`,
      place: { entry: 'DE' },
    });
    for (const hidden of [VALUE, SECRET_ID, ...vault.tokens]) expect(record).not.toContain(hidden);
  });

  it.each([
    [{ 'secrets.vault.place': 'US' }, 'secrets.vault.place: Found US, expected a place inside DE'],
    [{ 'secrets.vault.url': 'http://vault.de.lab.example:8200' }, 'secrets.vault.url: Found http, expected https'],
    [{ 'secrets.vault.url': 'https://169.254.169.254' }, 'secrets.vault'],
    [{ 'secrets.vault.trust': 'jwt' }, 'secrets.vault.trust'],
  ])('does not open with %j', async (flags, sentence) => {
    expect(await open({ ...APP_ROLE, ...flags })).toEqual(failure(sentence));
  });

  it('believes nobody but its own trust anchors', async () => {
    const other = join(directory, 'other.pem');
    writeFileSync(other, (await createTestCa('Other')).pem);
    const secrets = await opened({ ...APP_ROLE, 'secrets.vault.trust': 'other.pem' });
    expect(await secrets.find('openai-key')).toEqual(failure('Vault cannot be asked: origin_certificate'));
    expect(vault.requests).toEqual([]);
    expect(readFileSync(other, 'utf8')).toContain('CERTIFICATE');
  });
});
