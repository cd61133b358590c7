import { createServer, type AddressInfo } from 'node:net';
import { connect as connectTls, rootCertificates } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Failure } from '../../src/core/codes.ts';
import type { OriginTlsMaterial } from '../../src/core/exchange/permit.ts';
import { openOriginTls, type OriginTls } from '../../src/tls/origin-tls.ts';
import { createTestCa, selfSigned, type TestCa } from '../support/certificates.ts';
import { host } from '../support/host.ts';
import { startOrigin, type OriginOptions } from '../support/origin.ts';
import { openRecordingServer } from '../support/recording-server.ts';

let root: TestCa;
let stranger: TestCa;
let origins: OriginTls;

beforeAll(async () => {
  [root, stranger] = await Promise.all([createTestCa(), createTestCa('A root nobody configured')]);
  origins = open([root.pem]);
});

function open(trust: readonly string[]): OriginTls {
  const opened = openOriginTls(trust);
  if (!opened.ok) throw new Error(opened.failure);
  return opened.value;
}

interface Attempt {
  /** `undefined`: verified. */
  readonly failure: Failure | undefined;
  readonly protocol?: string | null;
  readonly alpn?: string | false | null;
  /** Decrypted bytes that the origin got. */
  readonly received: string;
  readonly serverName: string | undefined;
}

/** Connects as the gateway does and sends a request as soon as Node says the connection is secure. */
async function attempt(
  name: string,
  tls: OriginOptions['tls'],
  more: { internal?: boolean; using?: OriginTls; material?: OriginTlsMaterial } = {},
): Promise<Attempt> {
  await using origin = await startOrigin({ ...(tls !== undefined && { tls }) });
  const permit = {
    authority: { host: host(name), port: origin.port },
    internal: more.internal ?? true,
    ...(more.material !== undefined && { tls: more.material }),
  };
  const secure = connectTls({ ...(more.using ?? origins).options(permit), host: origin.address, port: origin.port });
  const failure = await new Promise<Failure | undefined>((resolve) => {
    secure.once('error', (error) => resolve((more.using ?? origins).toFailure(error)));
    secure.once('secureConnect', () => resolve(undefined));
  });
  if (failure === undefined) {
    secure.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await origin.waitForRequests(1);
  }
  const [protocol, alpn] = [secure.getProtocol(), secure.alpnProtocol];
  secure.destroy();
  await new Promise((resolve) => setTimeout(resolve, 5));
  return { failure, protocol, alpn, received: origin.received, serverName: origin.connections[0]?.serverName };
}

describe('openOriginTls()', () => {
  it('verifies a good certificate for the name, over TLS 1.3 and HTTP/1.1, and names the host', async () => {
    const tls = { ...(await root.good('de.lab.example')), alpn: ['h2', 'http/1.1'] };
    expect(await attempt('de.lab.example', tls)).toMatchObject({
      failure: undefined,
      protocol: 'TLSv1.3',
      alpn: 'http/1.1',
      serverName: 'de.lab.example',
    });
  });

  it('verifies an address by its SAN and sends no server name', async () => {
    expect(await attempt('127.0.0.1', await root.good('127.0.0.1'))).toMatchObject({
      failure: undefined,
      serverName: undefined,
    });
  });

  it.each([
    ['expired', () => root.expired('de.lab.example')],
    ['self-signed', () => selfSigned('de.lab.example')],
    ['of another host', () => root.good('us.lab.example')],
    ['of the parent domain', () => root.good('lab.example')],
    ['of a wildcard two labels up', () => root.good('*.example')],
    ['of an unknown CA', () => stranger.good('de.lab.example')],
    ['not valid yet', () => root.issue({ hosts: ['de.lab.example'], notBefore: new Date('2098-01-01') })],
    ['without subjectAltName', () => root.issue({ hosts: [] })],
  ])('TLS-11: a certificate %s gets no byte of the request', async (_kind, issue) => {
    const seen = await attempt('de.lab.example', await issue());
    expect(seen).toMatchObject({ failure: { code: 'origin_certificate' }, received: '' });
  });

  it('TLS-11: a common name does not stand in for a subjectAltName', async () => {
    const seen = await attempt('common-name-only.lab.example', await root.issue({ hosts: [] }));
    expect(seen).toMatchObject({ failure: { code: 'origin_certificate' }, received: '' });
    expect(seen.failure?.detail).toContain('without subjectAltName');
  });

  it('TLS-11: a certificate for the name is none for the address, nor the other way round', async () => {
    const forName = await root.good('de.lab.example');
    expect(await attempt('127.0.0.1', forName)).toMatchObject({ failure: { code: 'origin_certificate' }, received: '' });
    const forAddress = await root.good('127.0.0.1');
    expect(await attempt('de.lab.example', forAddress)).toMatchObject({
      failure: { code: 'origin_certificate' },
      received: '',
    });
  });

  it('trusts the extra anchors for internal destinations only', async () => {
    const tls = await root.good('de.lab.example');
    expect((await attempt('de.lab.example', tls, { internal: false })).failure?.code).toBe('origin_certificate');
    expect((await attempt('de.lab.example', tls, { using: open([]) })).failure?.code).toBe('origin_certificate');
  });

  it('believes what a permit brings along for that permit only, beside the public roots and never in their place', async () => {
    const tls = await stranger.good('de.lab.example');
    const material = { key: 'k', reveal: () => ({ anchors: [stranger.pem] }) };
    const codes = [{ material }, { material, internal: false }, {}, { internal: false }].map(async (more) => {
      const { failure } = await attempt('de.lab.example', tls, more);
      return failure?.code;
    });
    expect(await Promise.all(codes)).toEqual([undefined, undefined, 'origin_certificate', 'origin_certificate']);
    const other = await attempt('us.lab.example', tls, { material });
    expect(other).toMatchObject({ failure: { code: 'origin_certificate' }, received: '' });
    expect((await attempt('de.lab.example', await root.good('de.lab.example'), { material })).failure).toBeUndefined();
    const isPublic = { material, internal: false };
    expect((await attempt('de.lab.example', await root.good('de.lab.example'), isPublic)).failure?.code).toBe(
      'origin_certificate',
    );
  });

  it('makes the context of a material once', () => {
    const material = { key: 'k', reveal: () => ({ anchors: [stranger.pem] }) };
    const contextOf = (internal: boolean, tls = material): unknown =>
      origins.options({ authority: { host: host('de.lab.example'), port: 443 }, internal, tls }).secureContext;
    expect(contextOf(true)).toBe(contextOf(true));
    expect(contextOf(true)).not.toBe(contextOf(false));
    expect(contextOf(true)).not.toBe(contextOf(true, { ...material }));
  });

  it('TLS-11: NODE_TLS_REJECT_UNAUTHORIZED changes nothing', async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const seen = await attempt('de.lab.example', await selfSigned('de.lab.example'));
      expect(seen).toMatchObject({ failure: { code: 'origin_certificate' }, received: '' });
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });

  it.each([
    ['TLS 1.1', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }],
    ['a cipher without encryption', { maxVersion: 'TLSv1.2', ciphers: 'eNULL:@SECLEVEL=0' }],
  ] as const)('TLS-12: refuses an origin that only speaks %s', async (_what, weak) => {
    const seen = await attempt('de.lab.example', { ...(await root.good('de.lab.example')), ...weak });
    expect(seen).toMatchObject({ failure: { code: 'origin_protocol' }, received: '' });
  });

  it('takes an origin that only speaks TLS 1.2', async () => {
    const tls = { ...(await root.good('de.lab.example')), maxVersion: 'TLSv1.2' } as const;
    expect(await attempt('de.lab.example', tls)).toMatchObject({ failure: undefined, protocol: 'TLSv1.2' });
  });

  it('says which trust entry is no certificate', () => {
    expect(openOriginTls([root.pem, 'nonsense'])).toMatchObject({
      failure: expect.stringContaining('trust[2]: Found no certificate'),
    });
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----';
    expect(openOriginTls([broken])).toMatchObject({
      failure: expect.stringContaining('trust[1]: Found a certificate that cannot'),
    });
  });

  it('takes an entry of several certificates', () => {
    expect(openOriginTls([`${root.pem}\n${rootCertificates[0]}`]).ok).toBe(true);
  });
});

describe('OriginTls.toFailure()', () => {
  it('tells an origin without TLS from one with a bad certificate', async () => {
    await using cleartext = await openRecordingServer({}, ({ socket }) =>
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad\r\n\r\n')),
    );
    expect(await failureAt(cleartext.port)).toMatchObject({ code: 'origin_protocol' });
  });

  it('tells a refused and a reset connection', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    expect(await failureAt(port)).toMatchObject({ code: 'connect_failed', detail: expect.stringContaining('ECONNREFUSED') });
    await using resetting = await openRecordingServer({}, (connection) => connection.reset());
    expect(await failureAt(resetting.port)).toMatchObject({ code: 'connect_failed' });
  });

  it.each([
    ['CERT_REVOKED', 'origin_certificate'],
    ['UNSPECIFIED', 'origin_certificate'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'origin_protocol'],
    ['EPROTO', 'origin_protocol'],
    ['ETIMEDOUT', 'connect_timeout'],
    ['EHOSTUNREACH', 'connect_failed'],
    ['SOMETHING_NEW', 'connect_failed'],
  ])('reads %s as %s', (code, expected) => {
    expect(origins.toFailure(Object.assign(new Error('why'), { code }))).toEqual({ code: expected, detail: `${code}: why` });
  });

  async function failureAt(port: number): Promise<Failure> {
    const permit = { authority: { host: host('de.lab.example'), port }, internal: true };
    const secure = connectTls({ ...origins.options(permit), host: '127.0.0.1', port });
    const error = await new Promise<Error>((resolve) => secure.once('error', resolve));
    return origins.toFailure(error);
  }
});
