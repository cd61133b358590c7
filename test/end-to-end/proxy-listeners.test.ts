import { execFile, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCa, type ServerCertificate, type TestCa } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { writeListenerFiles } from '../support/listener-files.ts';
import { startLab, type Lab } from '../support/lab.ts';
import { BYTE_ECHO } from '../support/origin-scripts.ts';
import { RawConnection, type Address } from '../support/raw-client.ts';
import { tlsOver } from '../support/tunnel-client.ts';

const PLAIN = 'plain.de.lab.example';
const SECURE = 'secure.de.lab.example';
const RAW = 'raw.de.lab.example';
/** The load balancer, and what it says it is in front of. */
const BALANCER = '127.0.98.1';
const BEHIND = '203.0.113.7';
const RULES = [
  '{ id: plain, to: [plain-de-lab-example], then: permit }',
  '{ id: secure, to: [secure-de-lab-example], then: permit }',
  '{ id: raw, to: [raw-de-lab-example], inspect: false, tunnel: { protocol: any }, then: permit }',
];
const AGENTS = [
  { id: 'bot', home: 'eu', identify: [{ certificate: 'spiffe://acme/bot', cidr: ['127.0.0.0/8'] }] },
  { id: 'named', home: 'eu', identify: [{ certificate: 'named.acme.example' }] },
  { id: 'both', home: 'eu', identify: [{ certificate: 'spiffe://acme/both', token: true }] },
  { id: 'behind', home: 'eu', identify: [{ cidr: [`${BEHIND}/32`] }] },
  { id: 'local', home: 'eu', identify: [{ cidr: ['127.0.0.9/32'] }] },
];

const hasCurl = spawnSync('curl', ['--version']).error === undefined;

let lab: Lab;
let clients: TestCa;
let servers: TestCa;
let listeners: Readonly<Record<'tls' | 'proxied' | 'both' | 'listed', Address>>;
let directory: string;
let listenerCa: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cordon-lab-'));
  servers = await createTestCa('Listeners');
  clients = await createTestCa('Clients');
  listenerCa = servers.pem;
  await writeListenerFiles(directory, { servers, clients });
  await writeFile(join(directory, 'servers.pem'), servers.pem);
  const at = async (): Promise<Address> => ({ address: '127.0.0.1', port: await freePort() });
  listeners = { tls: await at(), proxied: await at(), both: await at(), listed: await at() };
  const tls = { certificate: 'listener.pem', key: 'listener.key', 'client-ca': 'clients.pem' };
  const from = { from: [`${BALANCER}/32`] };
  const text = ({ address, port }: Address): string => `${address}:${port}`;
  lab = await startLab({
    agents: AGENTS,
    origins: {
      [PLAIN]: { country: 'DE' },
      [SECURE]: { country: 'DE', tls: 'good' },
      [RAW]: { country: 'DE', handler: BYTE_ECHO },
    },
    rules: RULES,
    gateway: {
      directory,
      listeners: [
        { address: text(listeners.tls), tls },
        { address: text(listeners.proxied), 'proxy-protocol': from },
        { address: text(listeners.both), tls, 'proxy-protocol': from },
        { address: text(listeners.listed), tls: { ...tls, crl: 'revoked.crl' } },
      ],
    },
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const spiffe = (id: string): Promise<ServerCertificate> => clients.issue({ hosts: [], uris: [id], usage: 'client' });

let asked = 0;

/** A connection to a listener, in TLS, with what a client shows there. */
async function secured(
  shown?: ServerCertificate,
  to: Address = listeners.tls,
  prefix?: { readonly from: string; readonly bytes: string },
): Promise<RawConnection> {
  const connection = await RawConnection.open(to, prefix?.from);
  if (prefix !== undefined) connection.send(prefix.bytes);
  const options = { ca: listenerCa, ...(shown !== undefined && { cert: shown.cert, key: shown.key }) };
  return new RawConnection(await tlsOver(connection.release(), '127.0.0.1', options));
}

async function askPlain(client: RawConnection, fields: readonly string[] = []) {
  const authority = lab.authority(PLAIN);
  const target = `/${++asked}`;
  client.send([`GET http://${authority}${target} HTTP/1.1`, `Host: ${authority}`, ...fields, '', ''].join('\r\n'));
  const { status } = await client.response();
  const decision = await lab.gateway.waitForRecord(
    (record) => record.kind === 'decision' && record.target?.endsWith(target) === true,
  );
  return { status, decision };
}

async function whoami(client: RawConnection): Promise<string | number> {
  client.send('GET http://cordon.internal/whoami HTTP/1.1\r\nHost: cordon.internal\r\n\r\n');
  const answer = await client.response();
  return answer.status === 200 ? (JSON.parse(answer.content.toString()) as { agent: string }).agent : answer.status;
}

describe('a proxy listener with TLS', () => {
  it('knows agents by the names of their certificates', async () => {
    await using bot = await secured(await spiffe('spiffe://acme/bot'));
    expect(await whoami(bot)).toBe('bot');
    expect((await askPlain(bot)).status).toBe(200);
    await using named = await secured(await clients.issue({ hosts: ['named.acme.example'], usage: 'client' }));
    expect(await whoami(named)).toBe('named');
  });

  it('carries tunnels that are opened, and tunnels that are not', async () => {
    await using bot = await secured(await spiffe('spiffe://acme/bot'));
    const authority = lab.authority(SECURE);
    bot.send(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
    expect((await bot.response('CONNECT')).status).toBe(200);
    await using inside = new RawConnection(await tlsOver(bot.release(), authority, { ca: await lab.gateway.caPem() }));
    inside.send(`GET / HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
    expect((await inside.response()).status).toBe(200);
    await using raw = await secured(await spiffe('spiffe://acme/bot'));
    raw.send(`CONNECT ${lab.authority(RAW)} HTTP/1.1\r\nHost: ${lab.authority(RAW)}\r\n\r\n`);
    expect((await raw.response('CONNECT')).status).toBe(200);
    raw.send('x');
    expect((await raw.bytes(1)).toString()).toBe('x');
  });

  it('knows nobody by a certificate that does not verify, whatever else holds', async () => {
    const strangers = await createTestCa('Strangers');
    const uris = ['spiffe://acme/bot'];
    const ended = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2021-01-01T00:00:00Z') };
    for (const [shown, why] of [
      [await strangers.issue({ hosts: [], uris, usage: 'client' }), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
      [await clients.issue({ hosts: [], uris, usage: 'client', ...ended }), 'CERT_HAS_EXPIRED'],
      [await clients.issue({ hosts: [], uris, usage: 'server' }), 'INVALID_PURPOSE'],
    ] as const) {
      await using client = await secured(shown);
      const { status, decision } = await askPlain(client);
      expect([status, decision]).toMatchObject([407, { code: 'unidentified', reason: expect.stringContaining(why) as string }]);
    }
    expect(lab.origin(PLAIN).requests).toHaveLength(1);
  });

  it('knows nobody without a certificate, by one that no agent has, or by half of what an entry asks', async () => {
    await using none = await secured();
    expect((await askPlain(none)).status).toBe(407);
    await using other = await secured(await spiffe('spiffe://acme/other'));
    expect((await askPlain(other)).status).toBe(407);
    const both = await spiffe('spiffe://acme/both');
    await using half = await secured(both);
    expect((await askPlain(half)).status).toBe(407);
    const headers = { authorization: `Bearer ${await lab.gateway.adminToken()}` };
    const minted = await lab.gateway.adminAsk('/v1/tokens', { headers, json: { agent: 'both' } });
    const authorization = `Proxy-Authorization: Bearer ${(minted.content as { token: string }).token}`;
    await using whole = await secured(both);
    expect((await askPlain(whole, [authorization])).status).toBe(200);
    // The token alone, and the token with the certificate of another agent.
    await using token = await secured();
    expect((await askPlain(token, [authorization])).status).toBe(407);
    await using mixed = await secured(await spiffe('spiffe://acme/bot'));
    expect((await askPlain(mixed, [authorization])).status).toBe(407);
  });

  it('cuts what runs once the policy knows the certificate no more', async () => {
    const client = await secured(await clients.issue({ hosts: ['named.acme.example'], usage: 'client' }));
    client.send(`CONNECT ${lab.authority(RAW)} HTTP/1.1\r\nHost: ${lab.authority(RAW)}\r\n\r\n`);
    expect((await client.response('CONNECT')).status).toBe(200);
    const files = lab.policy(RULES);
    const without = Object.fromEntries(
      Object.entries(files).map(([file, policy]) => [file, policy.replaceAll('named.acme.example', 'renamed.acme.example')]),
    );
    expect((await lab.gateway.reload(without)).change).toBe('loaded');
    await client.rest();
    expect((await lab.gateway.reload(files)).change).toBe('loaded');
  });

  it('puts what is no TLS on the record', async () => {
    const from = '127.0.98.40';
    await using client = await RawConnection.open(listeners.tls, from);
    client.send('GET http://cordon.internal/whoami HTTP/1.1\r\nHost: cordon.internal\r\n\r\n');
    await client.rest();
    const refused = await lab.gateway.waitForRecord((record) => 'client' in record && record.client === from);
    expect(refused).toMatchObject({ code: 'malformed_request', reason: expect.stringContaining('TLS') as string });
  });

  it.skipIf(!hasCurl)(hasCurl ? 'is spoken to by curl' : 'is spoken to by curl (curl is not installed)', async () => {
    const { cert, key } = await spiffe('spiffe://acme/bot');
    await writeFile(join(directory, 'bot.pem'), cert);
    await writeFile(join(directory, 'bot.key'), key, { mode: 0o600 });
    await writeFile(join(directory, 'gateway.pem'), await lab.gateway.caPem());
    const { port } = listeners.tls;
    const proxy = ['--proxy', `https://localhost:${port}`, '--proxy-cacert', 'servers.pem', '--proxy-cert', 'bot.pem'];
    const { stdout } = await promisify(execFile)(
      'curl',
      [
        '-sS',
        ...proxy,
        '--proxy-key',
        'bot.key',
        '--cacert',
        'gateway.pem',
        `https://${lab.authority(SECURE)}/curl`,
        '-w',
        '%{http_code}',
      ],
      { cwd: directory, env: { PATH: process.env['PATH'] } },
    );
    expect(stdout).toContain('200');
    expect(lab.origin(SECURE).requests.some(({ target }) => target === '/curl')).toBe(true);
  });
});

const HEADER = `PROXY TCP4 ${BEHIND} 198.51.100.1 40000 3128\r\n`;

describe('a proxy listener behind a load balancer', () => {
  it('takes the source from the PROXY header of the balancer, however it is cut', async () => {
    await using whole = await RawConnection.open(listeners.proxied, BALANCER);
    whole.send(`${HEADER}GET http://cordon.internal/whoami HTTP/1.1\r\nHost: cordon.internal\r\n\r\n`);
    expect(JSON.parse((await whole.response()).content.toString())).toMatchObject({ agent: 'behind' });
    // The next request on the same connection, and content that comes later.
    expect((await askPlain(whole)).status).toBe(200);
    await using cut = await RawConnection.open(listeners.proxied, BALANCER);
    for (const byte of HEADER) {
      cut.send(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await whoami(cut)).toBe('behind');
    const { decision } = await askPlain(cut);
    expect(decision).toMatchObject({ client: BEHIND, subject: 'behind' });
  });

  it('reads version 2, and a balancer that speaks for itself', async () => {
    const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
    await using client = await RawConnection.open(listeners.proxied, BALANCER);
    client.send(
      Uint8Array.from([...signature, 0x21, 0x11, 0, 12, ...BEHIND.split('.').map(Number), 198, 51, 100, 1, 1, 1, 2, 2]),
    );
    expect(await whoami(client)).toBe('behind');
    await using check = await RawConnection.open(listeners.proxied, BALANCER);
    check.send(Uint8Array.from([...signature, 0x20, 0, 0, 0]));
    // The balancer itself is no agent.
    expect(await whoami(check)).toBe(407);
  });

  it('believes nobody else, and lets a balancer say nothing', async () => {
    await using forged = await RawConnection.open(listeners.proxied, '127.0.0.9');
    forged.send(`${HEADER}GET http://cordon.internal/whoami HTTP/1.1\r\nHost: cordon.internal\r\n\r\n`);
    expect((await forged.response()).status).toBe(400);
    await using honest = await RawConnection.open(listeners.proxied, '127.0.0.9');
    expect(await whoami(honest)).toBe('local');
    await using silent = await RawConnection.open(listeners.proxied, BALANCER);
    silent.send('GET http://cordon.internal/whoami HTTP/1.1\r\nHost: cordon.internal\r\n\r\n');
    expect(await silent.rest()).toBe('');
    const refused = await lab.gateway.waitForRecord(
      (record) => 'client' in record && record.client === BALANCER && 'code' in record && record.code === 'malformed_request',
    );
    expect(refused).toMatchObject({ reason: expect.stringContaining('PROXY') as string });
    // Twice is a header and what follows it: no HTTP.
    await using twice = await RawConnection.open(listeners.proxied, BALANCER);
    twice.send(
      `${HEADER}PROXY TCP4 127.0.0.9 198.51.100.1 40000 3128\r\nGET http://cordon.internal/whoami HTTP/1.1\r\nHost: cordon.internal\r\n\r\n`,
    );
    expect((await twice.response()).status).toBe(400);
  });

  it('joins it with TLS: the header first, then the certificate', async () => {
    const prefix = { from: BALANCER, bytes: HEADER };
    await using client = await secured(
      await clients.issue({ hosts: ['named.acme.example'], usage: 'client' }),
      listeners.both,
      prefix,
    );
    expect(await whoami(client)).toBe('named');
    const { decision } = await askPlain(client);
    expect(decision).toMatchObject({ client: BEHIND, subject: 'named' });
    // The certificate is right, the source that goes with it is not.
    await using bot = await secured(await spiffe('spiffe://acme/bot'), listeners.both, prefix);
    expect((await askPlain(bot)).status).toBe(407);
  });
});

describe('a revocation list', () => {
  /** Puts a list there, and waits until the gateway says something else than `status` of a client. */
  async function put(content: string | Uint8Array, client: ServerCertificate, status: string | number): Promise<void> {
    await writeFile(join(directory, 'revoked.crl'), content);
    lab.gateway.signal('SIGHUP');
    const asked = async (): Promise<string | number> => {
      await using connection = await secured(client, listeners.listed);
      return await whoami(connection);
    };
    await expect.poll(asked, { timeout: 5_000 }).toBe(status);
  }

  async function refusal(client: ServerCertificate): Promise<string | undefined> {
    await using connection = await secured(client, listeners.listed);
    const { status, decision } = await askPlain(connection);
    expect(status).toBe(407);
    return 'reason' in decision ? decision.reason : undefined;
  }

  it('ends what its certificates have opened, and lets nothing new in: requests, tunnels, and nothing of others', async () => {
    const [revoked, other] = [await spiffe('spiffe://acme/bot'), await spiffe('spiffe://acme/bot')];
    await using idle = await secured(revoked, listeners.listed);
    expect(await whoami(idle)).toBe('bot');
    const tunnel = async (client: ServerCertificate): Promise<RawConnection> => {
      const opened = await secured(client, listeners.listed);
      opened.send(`CONNECT ${lab.authority(RAW)} HTTP/1.1\r\nHost: ${lab.authority(RAW)}\r\n\r\n`);
      expect((await opened.response('CONNECT')).status).toBe(200);
      return opened;
    };
    await using running = await tunnel(revoked);
    await using staying = await tunnel(other);
    await put(await clients.revoking([revoked]), revoked, 407);
    expect(await whoami(idle)).toBe(407);
    await running.rest();
    staying.send('x');
    expect((await staying.bytes(1)).toString()).toBe('x');
    expect(await refusal(revoked)).toContain('CERT_REVOKED');
    await using fresh = await secured(other, listeners.listed);
    expect(await whoami(fresh)).toBe('bot');
  });

  it('counts in DER as well, and one that is no list, has ended, or is of nobody here lets nobody in', async () => {
    const client = await spiffe('spiffe://acme/bot');
    const pem = await clients.revoking([]);
    const der = Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64');
    await put(der, client, 'bot');
    await using idle = await secured(client, listeners.listed);
    expect(await whoami(idle)).toBe('bot');
    await put('no list', client, 407);
    expect(await whoami(idle)).toBe(407);
    expect(await refusal(client)).toContain('its revocation list cannot be read');
    const told = await lab.gateway.waitForRecord(
      (record) => record.kind === 'admin' && record.action === 'listener.not-renewed' && JSON.stringify(record).includes('crl'),
    );
    expect(told).toMatchObject({ details: { problem: expect.stringContaining('expected one, in PEM or DER') as string } });
    await put(pem, client, 'bot');
    expect(await whoami(idle)).toBe('bot');
    await put(await clients.revoking([], new Date('2021-01-01T00:00:00Z')), client, 407);
    expect(await whoami(idle)).toBe(407);
    expect(await refusal(client)).toContain('CRL_HAS_EXPIRED');
    await lab.gateway.waitForRecord(
      (record) => record.kind === 'admin' && JSON.stringify(record).includes('has ended (2021-01-01T00:00:00.000Z)'),
    );
    await put(pem, client, 'bot');
    await put(await (await createTestCa('Strangers')).revoking([]), client, 407);
    expect(await whoami(idle)).toBe(407);
    expect(await refusal(client)).toContain('UNABLE_TO_GET_CRL');
    // A name alone is no list of that authority: nobody here has signed it.
    await put(pem, client, 'bot');
    await put(await (await createTestCa('Clients')).revoking([]), client, 407);
    expect(await whoami(idle)).toBe(407);
    await put(pem, client, 'bot');
    // Nor does it bring back what was revoked while its connection is open.
    await put(await clients.revoking([client]), client, 407);
    expect(await whoami(idle)).toBe(407);
    await put(await (await createTestCa('Clients')).revoking([]), await spiffe('spiffe://acme/bot'), 407);
    expect(await whoami(idle)).toBe(407);
    await put(pem, client, 'bot');
  });
});

describe('a certificate of a listener that is renewed', () => {
  const fingerprintOf = (certificate: string): string => new X509Certificate(certificate).fingerprint256;
  let shown: string;

  async function seen(): Promise<string> {
    const connection = await RawConnection.open(listeners.tls);
    const socket = await tlsOver(connection.release(), '127.0.0.1', { ca: listenerCa });
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  }

  it('is shown to new connections, with other authorities of clients, and those that are open go on', async () => {
    await using before = await secured(await spiffe('spiffe://acme/bot'));
    expect(await whoami(before)).toBe('bot');
    const { cert, key } = await servers.good('localhost', '127.0.0.1');
    const others = await createTestCa('Other clients');
    await writeFile(join(directory, 'listener.pem'), cert);
    await writeFile(join(directory, 'listener.key'), key);
    await writeFile(join(directory, 'clients.pem'), others.pem);
    lab.gateway.signal('SIGHUP');
    shown = fingerprintOf(cert);
    for (const { port } of [listeners.tls, listeners.both]) {
      const renewed = await lab.gateway.waitForRecord(
        (record) => record.kind === 'admin' && record.subject === `listener:127.0.0.1:${port}`,
      );
      expect(renewed).toMatchObject({ action: 'listener.renewed', details: { fingerprint: shown } });
    }
    expect(await seen()).toBe(shown);
    await using old = await secured(await spiffe('spiffe://acme/bot'));
    expect(await whoami(old)).toBe(407);
    await using bot = await secured(await others.issue({ hosts: [], uris: ['spiffe://acme/bot'], usage: 'client' }));
    expect(await whoami(bot)).toBe('bot');
    expect(await whoami(before)).toBe('bot');
  });

  it('stays as it is where the new files do not go together, and the gateway says so', async () => {
    const { cert } = await servers.good('localhost', '127.0.0.1');
    await writeFile(join(directory, 'listener.pem'), cert);
    lab.gateway.signal('SIGHUP');
    const refused = await lab.gateway.waitForRecord(
      (record) =>
        record.kind === 'admin' && record.action === 'listener.not-renewed' && JSON.stringify(record).includes('.key'),
    );
    expect(JSON.stringify(refused)).toContain('found another key than that of');
    expect(lab.gateway.stderr).toContain('cannot be renewed: it shows what it has');
    expect(await seen()).toBe(shown);
  });
});
