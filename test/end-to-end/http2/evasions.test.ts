import { once } from 'node:events';
import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCa } from '../../support/certificates.ts';
import { echoStream, http2Handler } from '../../support/http2-origin-handler.ts';
import { startLab, type Lab, type LabOriginOptions } from '../../support/lab.ts';
import type { Http2Client } from '../../support/tunnel-client.ts';
import { expectUntouched, recordedExchange } from '../attacks/refused.ts';

const MASKED = 'masked.de.lab.example';
const LOOKED = 'looked.de.lab.example';
const TRAILED = 'trailed.de.lab.example';
const KEYED = 'keyed.de.lab.example';
const SILENT = 'silent.de.lab.example';

const CARD = '4111 1111 1111 1111';
const SECRET = 'a-secret-of-the-gateway';

let lab: Lab;
/** Trailers that the origin got. */
const trailers: unknown[] = [];

beforeAll(async () => {
  const ca = await createTestCa('Trusted root');
  const origin = async (name: string, handler: LabOriginOptions['handler']): Promise<LabOriginOptions> => ({
    country: 'DE',
    tls: { ...(await ca.good(name)), alpn: ['h2'] },
    ...(handler !== undefined && { handler }),
  });
  const trailed = http2Handler((stream, fields, raw) => {
    stream.on('trailers', (got) => trailers.push(got));
    echoStream(stream, fields, raw);
  });
  lab = await startLab({
    origins: {
      [MASKED]: await origin(MASKED, http2Handler(echoStream)),
      [LOOKED]: await origin(LOOKED, http2Handler(echoStream)),
      [TRAILED]: await origin(TRAILED, trailed),
      [KEYED]: await origin(KEYED, http2Handler(tellsSecret)),
      // It takes connections, and says nothing: the handshake never ends.
      [SILENT]: { country: 'DE', handler: { onConnection: () => {} } },
    },
    rules: `cordon: 1
credentials:
  - { id: key, for: [keyed-de-lab-example], inject: { bearer: true } }
rules:
  - { id: masked, to: [masked-de-lab-example], then: permit, mask: { request: { entities: [pii], as: redact } } }
  - { id: looked, to: [looked-de-lab-example, trailed-de-lab-example], then: permit }
  - { id: cards, to: [looked-de-lab-example, trailed-de-lab-example], content: { entities: [payment-card] }, then: deny }
  - { id: keyed, to: [keyed-de-lab-example], then: permit, credential: key }
  - { id: silent, to: [silent-de-lab-example], then: permit }
`,
    settings: { secrets: { provider: 'environment' } },
    gateway: { trust: [ca.pem], environment: { CORDON_SECRET_KEY: SECRET } },
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

/** A message of gRPC (PROTOCOL-HTTP2, "Length-Prefixed-Message"). */
function message(content: Buffer, isCompressed = false): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(isCompressed ? 1 : 0, 0);
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, content]);
}

/** Answers with the credential that it got: in a message, compressed where the client takes that, and in its trailers. */
function tellsSecret(stream: ServerHttp2Stream, fields: OutgoingHttpHeaders): void {
  const told = Buffer.from(String(fields['authorization']));
  const accepts = String(fields['grpc-accept-encoding'] ?? '').includes('gzip');
  const isCompressed = accepts || fields[':path'] === '/compresses-anyway';
  stream.resume().once('end', () => {
    const encoding = isCompressed ? { 'grpc-encoding': 'gzip' } : {};
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...encoding }, { waitForTrailers: true });
    const trailer = { 'grpc-status': '0', 'grpc-message': encodeURIComponent(SECRET), 'x-auth-bin': told.toString('base64') };
    stream.once('wantTrailers', () => stream.sendTrailers({ ...trailer, 'x-auth': told.toString() }));
    stream.end(message(isCompressed ? gzipSync(told) : told, isCompressed));
  });
}

interface Told {
  readonly status: number;
  readonly content: Buffer;
  readonly trailers: unknown;
  readonly exchange: string;
}

async function call(client: Http2Client, fields: OutgoingHttpHeaders, content: Buffer): Promise<Told> {
  const stream = client.session.request({ ':path': '/', ':method': 'POST', te: 'trailers', ...fields });
  let trailers: unknown;
  stream.on('trailers', (got) => (trailers = got));
  stream.end(content);
  const [head] = (await once(stream, 'response')) as [Record<string, unknown>];
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk as Buffer);
  } catch {
    chunks.push(Buffer.from('(cut)'));
  }
  return {
    status: Number(head[':status']),
    content: Buffer.concat(chunks),
    trailers: { ...head, ...(trailers as object) },
    exchange: String(head['cordon-exchange']),
  };
}

describe('messages of gRPC, whatever they are written in', () => {
  it.each([
    'application/grpc',
    'application/grpc+json',
    'application/grpc+xml',
    'APPLICATION/gRPC+JSON',
    'application/grpc+json; charset=utf-8',
    'application/grpc;text/plain',
    'application/grpc-web+json',
    'application/grpc-web-text',
    'application/grpc-web-text+json',
    'application/connect+json',
  ])('are unread content, and nothing of them leaves: %s', async (type) => {
    for (const name of [MASKED, LOOKED]) {
      await using client = await lab.http2(name);
      const asked = { ':authority': lab.authority(name), 'content-type': type };
      const got = await call(client, asked, message(Buffer.from(JSON.stringify({ card: CARD }))));
      const { outcome } = await recordedExchange(lab.gateway, got.exchange);
      expect([got.status, outcome.code]).toEqual([403, 'unreadable_content']);
    }
    expectUntouched(lab.origin(MASKED), lab.origin(LOOKED));
  });

  it.each(['application/json', 'text/plain'])('do not pass under a name that is not theirs: %s', async (type) => {
    for (const name of [MASKED, LOOKED]) {
      await using client = await lab.http2(name);
      const asked = { ':authority': lab.authority(name), 'content-type': type };
      const got = await call(client, asked, message(Buffer.from(JSON.stringify({ card: CARD }))));
      expect([name, got.status, got.content.toString()]).toEqual([name, 403, expect.stringContaining('"code"')]);
    }
  });
});

describe('trailers of a request that is read', () => {
  it('do not reach the origin: nobody has looked into them', async () => {
    await using client = await lab.http2(TRAILED);
    const stream = client.session.request(
      { ':path': '/', ':method': 'POST', ':authority': lab.authority(TRAILED), 'content-type': 'application/json' },
      { waitForTrailers: true },
    );
    stream.once('wantTrailers', () => stream.sendTrailers({ 'x-card': CARD }));
    stream.end('{}');
    const [head] = (await once(stream, 'response')) as [Record<string, unknown>];
    await once(stream.resume(), 'end');
    expect(head[':status']).toBe(200);
    expect(trailers).toEqual([]);
  });
});

describe('a secret that a gRPC server sends back', () => {
  it.each([
    ['/', {}],
    ['/', { 'grpc-accept-encoding': 'gzip, identity' }],
    ['/compresses-anyway', {}],
  ])('does not reach the agent: %s %o', async (path, fields) => {
    await using client = await lab.http2(KEYED);
    const asked = { ':path': path, ':authority': lab.authority(KEYED), 'content-type': 'application/grpc', ...fields };
    const got = await call(client, asked, message(Buffer.from('x')));
    const compressed = got.content.includes(gzipSync(`Bearer ${SECRET}`).subarray(12));
    expect([compressed, got.content.toString('latin1').includes(SECRET)]).toEqual([false, false]);
    const base64 = Buffer.from(`Bearer ${SECRET}`).toString('base64');
    expect(JSON.stringify(got.trailers)).not.toMatch(new RegExp(`${SECRET}|${base64}`));
  });
});

describe('a request whose connection is not there yet', () => {
  const OTHER = "{ id: other, to: [silent-de-lab-example], paths: ['/other'], then: permit }";
  const WEBSOCKET =
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';

  it('ends at once with its client, and when it is denied meanwhile', async () => {
    await using client = await lab.http2(SILENT);
    await using other = await lab.https(SILENT);
    const asked = client.request({ ':path': '/' });
    const leaving = client.session.request({ ':path': '/leaves', ':authority': lab.authority(SILENT) });
    leaving.on('error', () => {});
    // WebSocket takes HTTP/1.1, and waits with undici.
    other.send(`GET /socket HTTP/1.1\r\nHost: ${lab.authority(SILENT)}\r\n${WEBSOCKET}\r\n\r\n`);
    await expect.poll(() => lab.origin(SILENT).connections.length).toBe(2);
    const target = (path: string): string => `https://${lab.authority(SILENT)}${path}`;
    const decision = await lab.gateway.waitForRecord((each) => each.kind === 'decision' && each.target === target('/leaves'));
    leaving.close(8);
    const left = await recordedExchange(lab.gateway, (decision as { exchange: string }).exchange);
    expect(left.outcome).toMatchObject({ detail: 'The client left before the end', bytes: { sent: 0, received: 0 } });
    await lab.gateway.reload(lab.policy([OTHER]));
    const answer = await asked;
    const { outcome } = await recordedExchange(lab.gateway, String(answer.fields['cordon-exchange']));
    expect([answer.status, outcome.code]).toEqual([403, 'no_rule']);
    const refused = await other.response('GET');
    expect([refused.status, refused.reason]).toEqual([403, 'no_rule']);
    // Well before the handshakes, which have ten seconds.
    expect(lab.origin(SILENT).connections.every(({ socket }) => !socket.destroyed)).toBe(true);
  });
});
