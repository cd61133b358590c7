import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Failure } from '../../../src/core/codes.ts';
import { fail, ok, type Result } from '../../../src/core/result.ts';
import { openOriginTls } from '../../../src/tls/origin-tls.ts';
import { openTunnel, type Tunnel } from '../../../src/upstream/parent/open-tunnel.ts';
import type { Parent } from '../../../src/upstream/parent/parent.ts';
import { createTestCa, type ServerCertificate } from '../../support/certificates.ts';
import { type Conduct, type HostileParent, says, startHostileParent } from '../../support/hostile-parent.ts';

const SECRET = 'Basic aHVudGVyOmh1bnRlcjI=';
const OPENS = says('HTTP/1.1 200 Connection established\r\n\r\n');
const ca = await createTestCa();

async function parentThat(conduct: Conduct, tls?: ServerCertificate): Promise<HostileParent> {
  const parent = await startHostileParent(conduct, tls);
  onTestFinished(() => parent[Symbol.asyncDispose]());
  return parent;
}

interface Asking {
  readonly addresses?: readonly string[];
  readonly port?: number;
  readonly timeout?: number;
  readonly more?: Partial<Parent>;
}

async function ask(
  { port: parentPort }: Pick<HostileParent, 'port'>,
  { addresses = ['203.0.113.7'], port = 443, timeout = 2000, more }: Asking = {},
): Promise<Result<Tunnel, Failure>> {
  const parent: Parent = {
    label: 'proxy:3128',
    port: parentPort,
    judge: () => Promise.resolve(ok(['127.0.0.1'])),
    authorization: () => Promise.resolve(ok(SECRET)),
    ...more,
  };
  const tunnel = await openTunnel(parent, { addresses, port }, timeout);
  if (tunnel.ok) onTestFinished(() => void tunnel.value.socket.destroy());
  return tunnel;
}

async function textFrom(tunnel: Result<Tunnel, Failure>): Promise<string> {
  if (!tunnel.ok) throw new Error(tunnel.failure.detail);
  const { socket } = tunnel.value;
  const first = once(socket, 'data');
  socket.resume();
  const [chunk] = (await first) as [Buffer];
  return chunk.toString();
}

describe('openTunnel()', () => {
  it('asks for the address, and tells nothing but the credential', async () => {
    const parent = await parentThat(OPENS);
    expect(await ask(parent)).toMatchObject({ ok: true, value: { address: '203.0.113.7' } });
    await ask(parent, { addresses: ['2001:db8::7'], port: 80, more: { authorization: undefined } });
    expect(parent.asked).toEqual([
      `CONNECT 203.0.113.7:443 HTTP/1.1\r\nHost: 203.0.113.7:443\r\nProxy-Authorization: ${SECRET}\r\n\r\n`,
      'CONNECT [2001:db8::7]:80 HTTP/1.1\r\nHost: [2001:db8::7]:80\r\n\r\n',
    ]);
  });

  it('leaves what came behind the answer to the tunnel', async () => {
    const parent = await parentThat((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n220 ready');
    });
    expect(await textFrom(await ask(parent))).toBe('220 ready');
  });

  it.each<[string, Conduct, Failure['code'], string]>([
    ['wants credentials', says('HTTP/1.1 407 hunter2\r\nVia: hunter2\r\n\r\nhunter2'), 'connect_failed', 'answers 407'],
    ['forbids it', says('HTTP/1.1 403 hunter2\r\n\r\n'), 'connect_failed', 'answers 403'],
    ['cannot', says('HTTP/1.1 502 hunter2\r\n\r\n'), 'connect_failed', 'answers 502'],
    ['waited in vain', says('HTTP/1.1 504 hunter2\r\n\r\n'), 'connect_timeout', 'answers 504'],
    ['redirects', says('HTTP/1.1 302 hunter2\r\nLocation: http://hunter2/\r\n\r\n'), 'connect_failed', 'answers 302'],
    ['speaks another protocol', says('HTTP/1.1 101 hunter2\r\n\r\n'), 'connect_failed', 'answers 101'],
    ['speaks garbage', says('hunter2\r\n\r\n'), 'origin_protocol', 'not answer in HTTP'],
    [
      'has a header section without end',
      says(`HTTP/1.1 200 OK\r\nX: ${'hunter2'.repeat(9000)}`),
      'origin_protocol',
      '16384 bytes',
    ],
    ['hangs up', (socket) => void socket.end(), 'connect_failed', 'without an answer'],
    ['resets', (socket) => void socket.resetAndDestroy(), 'connect_failed', 'ECONNRESET'],
    ['says nothing', () => {}, 'connect_timeout', 'within 300 ms to 203.0.113.7'],
    ['begins and says no more', says('HTTP/1.1 200 hunter2\r\n'), 'connect_timeout', 'within 300 ms'],
  ])('a parent that %s is a failure, of which nothing it said or was told is repeated', async (_, conduct, code, detail) => {
    const parent = await parentThat(conduct);
    const tunnel = await ask(parent, { timeout: 300 });
    expect(tunnel).toMatchObject({ ok: false, failure: { code, detail: expect.stringContaining(detail) as string } });
    const said = JSON.stringify(tunnel);
    expect(said).toContain('upstream-proxy proxy:3128: ');
    expect(said).not.toMatch(/hunter2|Basic|aHVudGVy/);
    await expect.poll(() => parent.open.size).toBe(0);
  });

  it('asks for the next address when one is refused, and reports the first refusal', async () => {
    const refusing: Conduct = (socket, head) =>
      says(head.includes('203.0.113.2') ? 'HTTP/1.1 200 OK\r\n\r\n' : 'HTTP/1.1 403 No\r\n\r\n')(socket, head);
    const addresses = ['203.0.113.1', '203.0.113.2'];
    expect(await ask(await parentThat(refusing), { addresses })).toMatchObject({ ok: true, value: { address: '203.0.113.2' } });
    const both = await parentThat((socket, head) =>
      says(`HTTP/1.1 ${head.includes('.113.1') ? 503 : 403} No\r\n\r\n`)(socket, head),
    );
    expect(await ask(both, { addresses })).toMatchObject({ failure: { detail: expect.stringContaining('503') as string } });
    expect(both.asked).toHaveLength(2);
  });

  it('asks for the next address beside one that is slow, and lets go of the loser', async () => {
    const parent = await parentThat((socket, head) => {
      if (!head.includes('203.0.113.1:')) OPENS(socket, head);
    });
    const tunnel = await ask(parent, { addresses: ['203.0.113.1', '203.0.113.2', '203.0.113.3'] });
    expect(tunnel).toMatchObject({ ok: true, value: { address: '203.0.113.2' } });
    expect(parent.asked).toHaveLength(2);
    await expect.poll(() => parent.open.size).toBe(1);
  });

  it('shows a credential that is refused once', async () => {
    const parent = await parentThat(says('HTTP/1.1 407 No\r\n\r\n'));
    expect(await ask(parent, { addresses: ['203.0.113.1', '203.0.113.2'] })).toMatchObject({ ok: false });
    expect(parent.asked).toHaveLength(1);
  });

  it('reaches no parent that is denied, nor without the credential', async () => {
    const parent = await parentThat(OPENS);
    const denied = { code: 'place_contradiction', detail: 'elsewhere' } as const;
    const missing = { code: 'credential_unavailable', detail: 'no value' } as const;
    expect(await ask(parent, { more: { judge: () => Promise.resolve(fail(denied)) } })).toEqual(fail(denied));
    expect(await ask(parent, { more: { authorization: () => Promise.resolve(fail(missing)) } })).toEqual(fail(missing));
    expect(parent.asked).toEqual([]);
  });

  it('tells nothing to a peer at another address than the judged one', async () => {
    const parent = await parentThat(OPENS);
    // Linux takes it for this machine.
    const tunnel = await ask(parent, { more: { judge: () => Promise.resolve(ok(['0.0.0.0'])) } });
    expect(tunnel).toMatchObject({
      failure: { detail: expect.stringContaining('Connected to 127.0.0.1, expected one of 0.0.0.0') as string },
    });
    expect(parent.asked).toEqual([]);
  });

  it('leads nobody to the parent itself', async () => {
    const parent = await parentThat(OPENS);
    const own = { addresses: ['203.0.113.1', '127.0.0.1'], port: parent.port };
    expect(await ask(parent, own)).toMatchObject({ ok: false, failure: { code: 'self_address' } });
    expect(parent.asked).toEqual([]);
    expect(await ask(parent, { addresses: ['127.0.0.1'], port: 443 })).toMatchObject({ ok: true });
  });

  it('verifies a parent over TLS before it tells anything', async () => {
    const tls = openOriginTls([ca.pem]);
    if (!tls.ok) throw new Error(tls.failure);
    const toward = (name: string): Partial<Parent> => ({
      tls: {
        options: tls.value.options({ authority: { host: { kind: 'name', name }, port: 1 }, internal: true, tls: undefined }),
        toFailure: (error) => tls.value.toFailure(error),
      },
    });
    const parent = await parentThat(says('HTTP/1.1 200 OK\r\n\r\nhello'), await ca.good('proxy.test'));
    expect(await textFrom(await ask(parent, { more: toward('proxy.test') }))).toBe('hello');
    expect(parent.asked).toHaveLength(1);
    const wrong = await ask(parent, { more: toward('other.test') });
    expect(wrong).toMatchObject({ failure: { code: 'connect_failed', detail: expect.stringContaining('ALTNAME') as string } });
    expect(parent.asked).toHaveLength(1);
    const plain = await parentThat(OPENS);
    expect(await ask(plain, { timeout: 300, more: toward('proxy.test') })).toMatchObject({ ok: false });
    expect(plain.asked).toEqual([]);
  });
});
