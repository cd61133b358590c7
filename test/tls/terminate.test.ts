import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttp1Server } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Failure } from '../../src/core/codes.ts';
import type { Result } from '../../src/core/result.ts';
import { openIssuingCa, type IssuingCa } from '../../src/tls/issuing-ca.ts';
import { terminate, type Terminated, type TerminateOptions } from '../../src/tls/terminate.ts';
import { createTestCa } from '../support/certificates.ts';
import { MACHINE_CLOCK, MACHINE_RANDOM } from '../support/clock.ts';
import { host } from '../support/host.ts';
import { RawConnection } from '../support/raw-client.ts';
import { openSocketPair } from '../support/socket-pair.ts';
import { http2Over, tlsOver, type TlsOptions } from '../support/tunnel-client.ts';

let directory: string;
let ca: IssuingCa;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cordon-terminate-'));
  const opened = await openIssuingCa({ directory, clock: MACHINE_CLOCK, random: MACHINE_RANDOM });
  if (!opened.ok) throw new Error(opened.failure);
  ca = opened.value;
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Handshake extends AsyncDisposable {
  readonly server: Result<Terminated, Failure>;
  /** The client's side, or why it has none. */
  readonly client: TLSSocket | Error;
}

/** One tunnel to `target`, and a client in it that behaves as `options` say. */
async function shake(target: string, options: TlsOptions = {}, more: Partial<TerminateOptions> = {}): Promise<Handshake> {
  const pair = await openSocketPair();
  const terminating = terminate(pair.server, new Uint8Array(), { host: host(target), ca, ...more });
  const client = await tlsOver(pair.client, `${target}:443`, { ca: ca.certificatePem, ...options }).catch(
    (error: Error) => error,
  );
  const server = await terminating;
  if (!(client instanceof Error)) client.on('error', () => {});
  return { server, client, [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose]() };
}

/** Sends these bytes instead of a ClientHello. */
async function send(bytes: string | Uint8Array, more: Partial<TerminateOptions> = {}): Promise<Result<Terminated, Failure>> {
  await using pair = await openSocketPair();
  const terminating = terminate(pair.server, new Uint8Array(), { host: host('a.example'), ca, ...more });
  pair.client.write(bytes);
  return await terminating;
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : error);

function failureOf(result: Result<Terminated, Failure>): Failure | undefined {
  return result.ok ? undefined : result.failure;
}

describe('terminate()', () => {
  it('serves a leaf for the CONNECT target that verifies against the CA, over TLS 1.3', async () => {
    await using handshake = await shake('api.de.example');
    const client = handshake.client as TLSSocket;
    expect(client.authorized).toBe(true);
    expect(client.getProtocol()).toBe('TLSv1.3');
    expect(client.getPeerCertificate().subjectaltname).toBe('DNS:api.de.example');
    expect(handshake.server).toMatchObject({ ok: true, value: { alpn: 'http/1.1', serverName: 'api.de.example' } });
  });

  it.each(['127.0.10.1', '[::1]'])('serves CONNECT to the address %s, whose client sends no server name', async (target) => {
    await using handshake = await shake(target);
    expect((handshake.client as TLSSocket).authorized).toBe(true);
    expect(handshake.server.ok && handshake.server.value.serverName).toBeUndefined();
  });

  it('serves the CONNECT target to a client without SNI', async () => {
    await using handshake = await shake('api.de.example', { servername: '' });
    expect((handshake.client as TLSSocket).getPeerCertificate().subjectaltname).toBe('DNS:api.de.example');
    expect(handshake.server.ok).toBe(true);
  });

  it.each([
    ['evil.example', 'a.example'],
    ['a.example.evil.example', 'a.example'],
    ['*.example', 'a.example'],
    ['127.0.10.2', 'a.example'],
    ['x'.repeat(250), 'a.example'],
    ['a.example', '127.0.10.1'],
  ])('TLS-15: answers the server name %s in a tunnel to %s with unrecognized_name', async (servername, target) => {
    await using handshake = await shake(target, { servername });
    expect(codeOf(handshake.client)).toBe('ERR_SSL_TLSV1_UNRECOGNIZED_NAME');
    expect(failureOf(handshake.server)).toMatchObject({ code: 'name_mismatch' });
    expect(failureOf(handshake.server)?.detail).toContain(`expected "${target}"`);
  });

  it('NAME-02: takes the server name in any case, and no homoglyph of it', async () => {
    await using upper = await shake('kilo.example', { servername: 'KiLo.ExAmPlE' });
    expect(upper.server.ok).toBe(true);
    // U+212A, the Kelvin sign, is "k" to a careless lower-casing.
    await using kelvin = await shake('kilo.example', { servername: '\u212Ailo.example' });
    expect(failureOf(kelvin.server)).toMatchObject({ code: 'name_mismatch' });
  });

  it('TLS-15: a NUL in the server name ends the handshake', async () => {
    await using handshake = await shake('a.example', { servername: 'a.example\0.evil.example' });
    expect(handshake.client).toBeInstanceOf(Error);
    expect(failureOf(handshake.server)).toBeDefined();
  });

  it.each([
    [['h2', 'http/1.1'], 'h2'],
    [['http/1.1'], 'http/1.1'],
    [['h2'], 'h2'],
    [undefined, 'http/1.1'],
  ] as const)('TLS-18: the client that offers %j is served as %s', async (offered, expected) => {
    await using handshake = await shake('a.example', offered === undefined ? {} : { ALPNProtocols: [...offered] });
    expect(handshake.server).toMatchObject({ ok: true, value: { alpn: expected } });
  });

  it('TLS-18: a client that offers neither is refused, not passed through', async () => {
    await using handshake = await shake('a.example', { ALPNProtocols: ['spdy/3'] });
    expect(codeOf(handshake.client)).toBe('ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL');
    expect(failureOf(handshake.server)).toMatchObject({ code: 'protocol_not_allowed' });
  });

  it('TLS-12: refuses TLS 1.1 and takes TLS 1.2', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    await using refused = await shake('a.example', old);
    expect(codeOf(refused.client)).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    expect(failureOf(refused.server)).toMatchObject({ code: 'protocol_not_allowed' });
    await using taken = await shake('a.example', { maxVersion: 'TLSv1.2' });
    expect((taken.client as TLSSocket).getProtocol()).toBe('TLSv1.2');
  });

  it('TLS-13: renegotiation is refused', async () => {
    await using handshake = await shake('a.example', { maxVersion: 'TLSv1.2' });
    const client = handshake.client as TLSSocket;
    const refused = await new Promise<Error | null>((resolve) => {
      client.once('error', resolve);
      client.renegotiate({ rejectUnauthorized: true }, resolve);
    });
    expect(codeOf(refused)).toMatch(/NO_RENEGOTIATION/);
  });

  it.each([
    ['GET / HTTP/1.1\r\nHost: a.example\r\n\r\n', 'protocol_not_allowed', 'cleartext HTTP'],
    ['SSH-2.0-OpenSSH_9.9\r\n', 'protocol_not_allowed', 'no TLS'],
    ['CONNECT evil.example:443 HTTP/1.1\r\n\r\n', 'protocol_not_allowed', 'a CONNECT inside'],
    [Buffer.from('16030100050100000103', 'hex'), 'malformed_request', 'handshake failed'],
    [Buffer.concat([Buffer.from('160301', 'hex'), Buffer.alloc(400, 0xff)]), 'malformed_request', 'handshake failed'],
  ])('TLS-08, TLS-07: what is no ClientHello is refused: %#', async (bytes, code, detail) => {
    expect(failureOf(await send(bytes))).toEqual({ code, detail: expect.stringContaining(detail) });
  });

  it('TLS-09: a silent client is cut off in time', async () => {
    const refused = await send('', { handshakeTimeout: 40 });
    expect(failureOf(refused)).toEqual({ code: 'malformed_request', detail: 'No complete TLS handshake within 40 ms' });
  });

  it('TLS-07: a ClientHello that never ends is cut off in time', async () => {
    const refused = await send(Buffer.from('16030102000100', 'hex'), { handshakeTimeout: 40 });
    expect(failureOf(refused)?.detail).toContain('within 40 ms');
  });

  it('tells a client that leaves', async () => {
    await using pair = await openSocketPair();
    const terminating = terminate(pair.server, new Uint8Array(), { host: host('a.example'), ca });
    pair.client.end();
    expect(failureOf(await terminating)?.detail).toBe('The client closed during the TLS handshake');
  });

  it('tells a client that does not trust the CA', async () => {
    await using handshake = await shake('a.example', { ca: [], maxVersion: 'TLSv1.2' });
    expect(codeOf(handshake.client)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    expect(failureOf(handshake.server)?.code ?? 'handshake over').toMatch(/malformed_request|handshake over/);
  });

  it('destroys the tunnel and says why when no leaf can be made', async () => {
    await using pair = await openSocketPair();
    const refusal: Failure = { code: 'internal_error', detail: 'expired' };
    const refusing = { leafContext: () => ({ ok: false, failure: refusal }) as const };
    expect(failureOf(await terminate(pair.server, new Uint8Array(), { host: host('a.example'), ca: refusing }))).toEqual(
      refusal,
    );
    expect(pair.server.destroyed).toBe(true);
  });

  it('reads a ClientHello that came in the segment of the CONNECT', async () => {
    const server = createServer((raw) => {
      raw.once('data', (early) => {
        raw.pause();
        void terminate(raw, early, { host: host('a.example'), ca }).then((done) => done.ok && done.value.socket.end('early'));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = connectTls({ port, host: '127.0.0.1', servername: 'a.example', ca: ca.certificatePem });
    expect(String((await once(client, 'data'))[0])).toBe('early');
    client.destroy();
    server.close();
  });

  it.each([
    ['a.example', 'secureConnect'],
    ['b.example', 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME'],
  ])('works inside the TLS of a proxy that is itself reached over TLS: server name %s', async (servername, expected) => {
    await using outer = await shake('proxy.example');
    if (!outer.server.ok) throw new Error(outer.server.failure.detail);
    const terminating = terminate(outer.server.value.socket, new Uint8Array(), { host: host('a.example'), ca });
    const client = connectTls({ socket: outer.client as TLSSocket, servername, ca: ca.certificatePem });
    const seen = await new Promise((resolve) => {
      client.once('secureConnect', () => resolve('secureConnect'));
      client.once('error', (error) => resolve(codeOf(error)));
    });
    expect(seen).toBe(expected);
    expect((await terminating).ok).toBe(expected === 'secureConnect');
  });
});

describe('terminate() and Encrypted ClientHello', () => {
  /** The first flight of a real client, with an encrypted_client_hello extension (RFC 9849 §5) of `payload` appended. */
  async function helloWithEch(servername: string, payload: Uint8Array): Promise<Buffer> {
    await using pair = await openSocketPair();
    const client = connectTls({ socket: pair.client, servername });
    client.on('error', () => {});
    const [hello] = (await once(pair.server, 'data')) as [Buffer];
    const extension = Buffer.concat([Buffer.from([0xfe, 0x0d, 0, payload.length]), payload]);
    const changed = Buffer.concat([hello, extension]);
    changed.writeUInt16BE(hello.readUInt16BE(3) + extension.length, 3);
    changed.writeUIntBE(hello.readUIntBE(6, 3) + extension.length, 6, 3);
    // Record, handshake and version headers, random; then session id, cipher suites and compression methods by their lengths.
    let offset = 5 + 4 + 2 + 32;
    offset += 1 + hello.readUInt8(offset);
    offset += 2 + hello.readUInt16BE(offset);
    offset += 1 + hello.readUInt8(offset);
    changed.writeUInt16BE(hello.readUInt16BE(offset) + extension.length, offset);
    return changed;
  }

  async function firstAnswer(hello: Uint8Array): Promise<Buffer> {
    await using pair = await openSocketPair();
    void terminate(pair.server, new Uint8Array(), { host: host('a.example'), ca, handshakeTimeout: 500 });
    pair.client.write(hello);
    return ((await once(pair.client, 'data')) as [Buffer])[0];
  }

  // Type outer, HKDF-SHA256, AES-128-GCM, a config id, no key, and a payload: the shape of GREASE (RFC 9849 §6.2).
  const grease = Buffer.concat([Buffer.from('0000010001070000', 'hex'), Buffer.from([0, 32]), Buffer.alloc(32, 0x5a)]);

  it('TLS-05: GREASE beside the right name is served without ECH', async () => {
    const answer = await firstAnswer(await helloWithEch('a.example', grease));
    // A handshake record with a ServerHello.
    expect([answer[0], answer[5]]).toEqual([0x16, 0x02]);
  });

  it('TLS-05: behind the outer name of another host there is nothing', async () => {
    const answer = await firstAnswer(await helloWithEch('public-name.example', grease));
    expect(answer.toString('hex')).toBe('15030300020270');
  });
});

describe('terminate() under a subordinate CA', () => {
  it('sends what the client needs to reach the root it trusts', async () => {
    const root = await createTestCa();
    const { cert, key } = await root.subordinate();
    const settings = { certificate: join(directory, 'sub.pem'), key: join(directory, 'sub.key') };
    await writeFile(settings.certificate, cert);
    await writeFile(settings.key, key, { mode: 0o600 });
    const opened = await openIssuingCa({ directory, clock: MACHINE_CLOCK, random: MACHINE_RANDOM, settings });
    if (!opened.ok) throw new Error(opened.failure);
    await using handshake = await shake('a.example', { ca: root.pem }, { ca: opened.value });
    expect((handshake.client as TLSSocket).authorized).toBe(true);
  });
});

describe('terminate() with resumption', () => {
  const firstSession = async (options: TlsOptions = {}): Promise<Buffer> => {
    await using handshake = await shake('a.example', options);
    const client = handshake.client as TLSSocket;
    // In TLS 1.2 the ticket is part of the handshake, in 1.3 it comes after.
    if (client.getProtocol() === 'TLSv1.2') return client.getSession() ?? Buffer.alloc(0);
    const session = once(client, 'session');
    if (handshake.server.ok) handshake.server.value.socket.write('now the ticket goes out');
    return (await session)[0] as Buffer;
  };

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('resumes %s for the same host', async (version) => {
    const versions = { minVersion: version, maxVersion: version };
    const session = await firstSession(versions);
    await using again = await shake('a.example', { ...versions, session });
    expect((again.client as TLSSocket).isSessionReused()).toBe(true);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('a %s ticket of one host is worth nothing at another', async (version) => {
    const versions = { minVersion: version, maxVersion: version };
    const session = await firstSession(versions);
    await using other = await shake('b.example', { ...versions, session });
    expect((other.client as TLSSocket).isSessionReused()).toBe(false);
    expect(other.server.ok).toBe(true);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('a %s ticket does not carry another server name past the check', async (version) => {
    const versions = { minVersion: version, maxVersion: version };
    const session = await firstSession(versions);
    await using fronting = await shake('a.example', { ...versions, session, servername: 'b.example' });
    expect(failureOf(fronting.server)).toMatchObject({ code: 'name_mismatch' });
  });
});

describe('what terminate() hands over', () => {
  it('serves HTTP/2 and HTTP/1.1 by ALPN, at once and on one tunnel each', async () => {
    const http2 = createSecureServer();
    http2.on('stream', (stream, fields) => {
      stream.respond({ ':status': 200 });
      stream.end(`h2 ${fields[':path']}`);
    });
    const http1 = createHttp1Server((request, reply) => reply.end(`h1 ${request.url}`));
    const serve = ({ socket, alpn }: Terminated): void => {
      if (alpn === 'h2') http2.emit('secureConnection', socket);
      else http1.emit('connection', socket);
    };
    await using second = await shake('a.example', { ALPNProtocols: ['h2'] });
    await using first = await shake('a.example', { ALPNProtocols: ['http/1.1'] });
    if (second.server.ok) serve(second.server.value);
    if (first.server.ok) serve(first.server.value);
    await using client = http2Over(second.client as TLSSocket, 'a.example');
    expect(await client.request({ ':path': '/x' })).toMatchObject({ status: 200, content: 'h2 /x' });
    const plain = new RawConnection(first.client as TLSSocket);
    plain.send('GET /y HTTP/1.1\r\nHost: a.example\r\n\r\n');
    expect((await plain.response()).content.toString()).toBe('h1 /y');
    http1.close();
    http2.close();
  });

  it('is destroyed by a record that does not decrypt', async () => {
    await using pair = await openSocketPair();
    const terminating = terminate(pair.server, new Uint8Array(), { host: host('a.example'), ca });
    await tlsOver(pair.client, 'a.example:443', { ca: ca.certificatePem });
    const done = await terminating;
    if (!done.ok) throw new Error(done.failure.detail);
    const closed = new Promise((resolve) => done.value.socket.once('close', resolve));
    done.value.socket.resume();
    pair.client.write(Buffer.concat([Buffer.from('1703030014', 'hex'), Buffer.alloc(20, 1)]));
    await closed;
    expect(pair.server.destroyed).toBe(true);
  });
});

describe('terminate() against OpenSSL', () => {
  it('TLS-13: the tickets it gives allow no early data', async (context) => {
    const sessionFile = join(directory, 'session.pem');
    const server = createServer((raw) => {
      void terminate(raw, new Uint8Array(), { host: host('a.example'), ca }).then((done) => {
        if (!done.ok) return;
        done.value.socket.on('error', () => {});
        done.value.socket.write('ready');
        setTimeout(() => done.value.socket.end(), 100);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'a.example', '-sess_out', sessionFile];
    const run = promisify(execFile);
    try {
      await run('openssl', [...client, '-ign_eof'], { timeout: 5_000 });
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return context.skip('openssl is not installed');
      throw error;
    } finally {
      server.close();
    }
    const { stdout } = await run('openssl', ['sess_id', '-in', sessionFile, '-noout', '-text']);
    expect(stdout).toMatch(/TLS session ticket:/);
    expect(stdout).toMatch(/Max Early Data: 0\b/);
  });
});
