import type { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientHello, greaseEch } from '../../support/client-hello.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { greeting } from '../../support/origin-scripts.ts';
import { RawConnection } from '../../support/raw-client.ts';
import { openTunnel, tlsOver, tlsThrough } from '../../support/tunnel-client.ts';
import { attempt, nextClient } from './attempts.ts';
import { expectRefused, expectUntouched, recordedFrom } from './refused.ts';

/** Inspected, and opaque with each setting of a tunnel; every one leads to Germany over TLS. */
const INSPECTED = 'inspected.de.lab.example';
const OPAQUE = 'opaque.de.lab.example';
const NAMELESS = 'nameless.de.lab.example';
const ANY = 'any.de.lab.example';
/** An origin that none of the cases may reach. */
const UNTOUCHED = 'untouched.de.lab.example';
const NEVER = 'never.de.lab.example';

const RULES = [
  '{ id: inspected, to: [inspected-de-lab-example, never-de-lab-example], methods: [GET], paths: ["/open/**"], then: permit }',
  '{ id: opaque, to: [opaque-de-lab-example, untouched-de-lab-example, untouched-de-lab-example-address], inspect: false, then: permit }',
  '{ id: nameless, to: [nameless-de-lab-example, nameless-de-lab-example-address], inspect: false, tunnel: { sni: optional }, then: permit }',
  '{ id: any, to: [any-de-lab-example], inspect: false, tunnel: { protocol: any }, then: permit }',
];

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    origins: {
      [INSPECTED]: { country: 'DE', tls: 'good' },
      [OPAQUE]: { country: 'DE', tls: 'good' },
      [NAMELESS]: { country: 'DE', tls: 'good' },
      [ANY]: { country: 'DE', handler: greeting('220 hello\r\n') },
      [UNTOUCHED]: { country: 'DE', tls: 'good' },
      [NEVER]: { country: 'DE', tls: 'good' },
    },
    rules: RULES,
  });
});
afterAll(async () => {
  // Origins that keep what their client has left would keep a stopping gateway waiting.
  for (const name of [OPAQUE, NAMELESS, ANY]) for (const { socket } of lab.origin(name).connections) socket.destroy();
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

/** Sends bytes into a tunnel that has to be ended by the gateway, and expects the outcome with this code. */
async function expectEnded(
  authority: string,
  bytes: string | Uint8Array,
  code: string | RegExp,
  from = nextClient(),
): Promise<string> {
  await using tunnel = await openTunnel(lab.gateway.proxy, authority, { from });
  expect(tunnel.answer.status).toBe(200);
  tunnel.connection.send(bytes);
  const answer = await tunnel.connection.rest();
  const { outcome } = await recordedFrom(lab.gateway, from);
  expect(outcome.code).toMatch(code);
  expect(outcome.dialled).toBeUndefined();
  expectUntouched(lab.origin(UNTOUCHED), lab.origin(NEVER));
  return answer;
}

/** A fatal alert unrecognized_name (RFC 6066 §3). */
const UNRECOGNIZED_NAME = '\x15\x03\x03\0\x02\x02\x70';

describe('names in TLS', () => {
  it('TLS-02 the Host inside differs from the tunnel: 421, and the origin hears nothing', async () => {
    for (const host of ['evil.example', lab.authority(OPAQUE), `${NEVER}:444`, `${NEVER}.evil.example`]) {
      await using client = await lab.https(NEVER);
      client.send(`GET /open/x HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      await expectRefused(lab.gateway, await client.response(), { status: 421, code: 'name_mismatch' });
    }
    expectUntouched(lab.origin(NEVER));
  });

  it('TLS-02 every request inside is judged on its own', async () => {
    const host = lab.authority(INSPECTED);
    await using client = await lab.https(INSPECTED);
    const ask = async (line: string): Promise<Awaited<ReturnType<RawConnection['response']>>> => {
      client.send(`${line} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      return client.response();
    };
    expect((await ask('GET /open/a')).status).toBe(200);
    await expectRefused(lab.gateway, await ask('GET /closed'), { status: 403, code: 'no_rule' });
    await expectRefused(lab.gateway, await ask('DELETE /open/a'), { status: 403, code: 'no_rule' });
    expect((await ask('GET /open/b')).status).toBe(200);
    expect(lab.origin(INSPECTED).requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
      'GET /open/a',
      'GET /open/b',
    ]);
  });

  it('TLS-03 CONNECT to an address with another name in the ClientHello', async () => {
    const { address, port } = lab.origin(UNTOUCHED);
    await expectEnded(`${address}:${port}`, clientHello({ serverName: UNTOUCHED }), 'name_mismatch');
    await expectEnded(lab.authority(UNTOUCHED), clientHello({ serverName: OPAQUE }), 'name_mismatch');
    expect(await expectEnded(lab.authority(NEVER), clientHello({ serverName: OPAQUE }), 'name_mismatch')).toBe(
      UNRECOGNIZED_NAME,
    );
  });

  it('TLS-04 no name in the ClientHello: refused unless a rule makes it optional', async () => {
    await expectEnded(lab.authority(UNTOUCHED), clientHello({}), 'name_mismatch');
    for (const authority of [lab.authority(NAMELESS), `${lab.origin(NAMELESS).address}:${lab.origin(NAMELESS).port}`]) {
      const secure = await tlsThrough(lab.gateway.proxy, authority, { ca: lab.ca.pem, servername: '' });
      secure.destroy();
    }
    // A name that is there must be the right one all the same.
    await expectEnded(lab.authority(NAMELESS), clientHello({ serverName: OPAQUE }), 'name_mismatch');
  });

  it('TLS-05 encrypted ClientHello: the outer name is judged, GREASE is tolerated', async () => {
    const hello = clientHello({ serverName: OPAQUE, extensions: [greaseEch()] });
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(OPAQUE));
    tunnel.connection.send(hello);
    expect((await tunnel.connection.bytes(3)).toString('hex')).toBe('160303');
    await expectEnded(
      lab.authority(UNTOUCHED),
      clientHello({ serverName: 'cover.example', extensions: [greaseEch()] }),
      'name_mismatch',
    );
  });

  it('TLS-05 an inspected tunnel is terminated without it', async () => {
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(NEVER));
    tunnel.connection.send(clientHello({ serverName: NEVER, extensions: [greaseEch()] }));
    expect((await tunnel.connection.bytes(3)).toString('hex')).toBe('160303');
    await expectEnded(
      lab.authority(NEVER),
      clientHello({ serverName: 'cover.example', extensions: [greaseEch()] }),
      'name_mismatch',
    );
  });

  it.each([
    ['a wildcard', '*.de.lab.example'],
    ['NUL', `${NEVER}\0.evil.example`],
    ['300 bytes', `${'a'.repeat(60)}.`.repeat(5).slice(0, 300)],
    ['an address', '127.0.10.1'],
    ['another name', 'evil.example'],
  ])('TLS-15 nothing is issued for a name the client chose: %s', async (title, serverName) => {
    const from = nextClient();
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(NEVER), { from });
    tunnel.connection.send(clientHello({ serverName }));
    const answer = await tunnel.connection.rest();
    // An alert at most: no ServerHello, no certificate.
    expect(['', UNRECOGNIZED_NAME.length], title).toContain(answer === '' ? answer : answer.length);
    expect(answer === '' || answer.startsWith('\x15'), title).toBe(true);
    const { outcome } = await recordedFrom(lab.gateway, from);
    expect(['name_mismatch', 'malformed_request', 'protocol_not_allowed']).toContain(outcome.code);
    expectUntouched(lab.origin(NEVER));
  });

  it('TLS-15 the CONNECT target is no pattern, and the leaf holds exactly its name', async () => {
    for (const target of ['*.de.lab.example', `${'a'.repeat(300)}.example`, '*']) {
      await expectRefused(lab.gateway, await attempt(lab, 'CONNECT', `${target}:443`), {
        status: 400,
        code: 'malformed_request',
      });
    }
    const secure = await tlsThrough(lab.gateway.proxy, lab.authority(NEVER), { ca: await lab.gateway.caPem() });
    const leaf = secure.getPeerX509Certificate() as X509Certificate;
    secure.destroy();
    expect(leaf.subjectAltName).toBe(`DNS:${NEVER}`);
    expect(leaf.ca).toBe(false);
  });
});

describe('protocols in tunnels', () => {
  const hello = clientHello({ serverName: UNTOUCHED });
  it.each([
    ['garbage behind the type', Buffer.from('\x16garbage that is no record', 'latin1')],
    ['a record of 65535 bytes', Buffer.from('160301ffff01', 'hex')],
    ['a message that is no ClientHello', Buffer.from('160301000402000000', 'hex')],
    ['lengths that do not add up', Buffer.concat([hello.subarray(0, 43), Buffer.of(255), hello.subarray(44)])],
    ['an alert first', Buffer.from('15030100020100', 'hex')],
  ])('TLS-07 %s: closed, recorded, not dialled', async (_title, bytes) => {
    await expectEnded(lab.authority(UNTOUCHED), bytes, 'protocol_not_allowed');
    await expectEnded(lab.authority(NEVER), bytes, /^(?:protocol_not_allowed|malformed_request)$/);
  });

  it('TLS-07 a ClientHello that is cut off by a FIN', async () => {
    const from = nextClient();
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(UNTOUCHED), { from });
    tunnel.connection.send(hello.subarray(0, 60));
    tunnel.connection.finish();
    expect(await tunnel.connection.rest()).toBe('');
    expect((await recordedFrom(lab.gateway, from)).outcome).toMatchObject({ code: 'protocol_not_allowed' });
  });

  it.each([
    ['SSH', 'SSH-2.0-OpenSSH_9.9\r\n'],
    ['plain HTTP', `GET /open/x HTTP/1.1\r\nHost: ${UNTOUCHED}\r\n\r\n`],
    ['a PROXY header', 'PROXY TCP4 1.2.3.4 1.2.3.4 1 443\r\n'],
    ['SMTP', 'EHLO x\r\n'],
  ])('TLS-08 %s where TLS is expected: ended, whether or not the tunnel is inspected', async (_title, bytes) => {
    await expectEnded(lab.authority(UNTOUCHED), bytes, 'protocol_not_allowed');
    expect(await expectEnded(lab.authority(NEVER), bytes, 'protocol_not_allowed')).not.toContain('200');
  });

  it('TLS-08 any protocol passes where a rule says so, server-first ones too', async () => {
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(ANY));
    expect(await tunnel.connection.until('\r\n')).toBe('220 hello\r\n');
    tunnel.connection.send('SSH-2.0-x\r\n');
    await expect.poll(() => lab.origin(ANY).bytesReceived).toBe(11);
  });

  it('TLS-10 ports that no rule lists', async () => {
    for (const port of [22, 25, 3306, 8443, 443, 80]) {
      for (const name of [UNTOUCHED, NEVER]) {
        await expectRefused(lab.gateway, await attempt(lab, 'CONNECT', `${name}:${port}`), {
          status: 403,
          code: 'port_not_allowed',
        });
      }
    }
  });

  it('TLS-17 an https:// target in the clear is refused, and what was https stays https', async () => {
    await using client = await lab.connect();
    const host = lab.authority(INSPECTED);
    client.send(`GET https://${host}/open/x HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    await expectRefused(lab.gateway, await client.response(), { status: 400, code: 'malformed_request' });
    await using inside = await lab.https(INSPECTED);
    inside.send(`GET /open/tls HTTP/1.1\r\nHost: ${host}\r\nX-Forwarded-Proto: http\r\nUpgrade-Insecure-Requests: 0\r\n\r\n`);
    expect((await inside.response()).status).toBe(200);
    expect(lab.origin(INSPECTED).connections.every(({ serverName }) => serverName === INSPECTED)).toBe(true);
    expect(lab.origin(INSPECTED).tlsErrors).toEqual([]);
  });
});

/**
 * How many bytes of early data a ticket allows: member [15] of OpenSSL's SSL_SESSION, absent where it allows none. Members
 * are walked one by one, since any two bytes may occur inside a ticket.
 */
function maxEarlyData(session: Buffer): number {
  // Behind what Node writes before it: the first two members, format 1 and TLS 1.3.
  let at = session.indexOf(Buffer.from('02010102020304', 'hex'));
  expect(at).toBeGreaterThan(0);
  while (at < session.length) {
    const tag = session[at]!;
    const first = session[at + 1]!;
    const lengthBytes = first > 0x80 ? first - 0x80 : 0;
    const length = lengthBytes === 0 ? first : session.readUIntBE(at + 2, lengthBytes);
    const content = at + 2 + lengthBytes;
    if (tag === 0xaf) return session.readUIntBE(content + 2, session[content + 1]!);
    at = content + length;
  }
  return 0;
}

describe('versions of TLS', () => {
  it('TLS-12 clients older than TLS 1.2, and ciphers without encryption', async () => {
    const ca = await lab.gateway.caPem();
    for (const options of [
      { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' },
      { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' },
      { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: 'NULL:@SECLEVEL=0' },
    ] as const) {
      const from = nextClient();
      await expect(tlsThrough(lab.gateway.proxy, lab.authority(NEVER), { ca, from, ...options })).rejects.toThrow();
      expect((await recordedFrom(lab.gateway, from)).outcome).toMatchObject({ code: 'protocol_not_allowed' });
    }
    expectUntouched(lab.origin(NEVER));
  });

  it('TLS-13 no early data is offered, and a renegotiation ends the connection', async () => {
    const ca = await lab.gateway.caPem();
    const authority = lab.authority(NEVER);
    const secure = await tlsThrough(lab.gateway.proxy, authority, { ca });
    const session = await new Promise<Buffer>((resolve) => secure.once('session', resolve));
    secure.destroy();
    expect(maxEarlyData(session)).toBe(0);

    const old = await tlsThrough(lab.gateway.proxy, authority, { ca, maxVersion: 'TLSv1.2' });
    const ended = new Promise<string>((resolve) => {
      old.once('error', (error) => resolve(error.message));
      old.once('close', () => resolve('closed'));
    });
    old.renegotiate({ rejectUnauthorized: true }, (error) => error === null && old.emit('error', new Error('renegotiated')));
    expect(await ended).not.toBe('renegotiated');
    expectUntouched(lab.origin(NEVER));
  });

  it('an opaque tunnel is end to end: the client sees the certificate of the origin', async () => {
    const tunnel = await openTunnel(lab.gateway.proxy, lab.authority(OPAQUE));
    const secure = await tlsOver(tunnel.connection.release(), lab.authority(OPAQUE), { ca: lab.ca.pem });
    const client = new RawConnection(secure);
    client.send(`GET / HTTP/1.1\r\nHost: ${OPAQUE}\r\n\r\n`);
    expect((await client.response()).status).toBe(200);
    secure.destroy();
  });
});
