import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../support/lab.ts';
import { BYTE_ECHO, chunked } from '../support/origin-scripts.ts';
import { RawConnection } from '../support/raw-client.ts';
import { httpsThrough, openTunnel, tlsThrough } from '../support/tunnel-client.ts';
import { recordedFrom } from './attacks/refused.ts';

const OPAQUE = 'opaque.de.lab.example';
const BYTES = 'bytes.de.lab.example';
const STREAM = 'stream.de.lab.example';

let lab: Lab;
let token: string;

beforeAll(async () => {
  lab = await startLab({
    agents: [
      { id: 'lab', home: 'eu', identify: [{ cidr: ['127.0.0.0/16'] }] },
      { id: 'bearer', home: 'eu', identify: [{ token: true }] },
    ],
    origins: {
      [OPAQUE]: { country: 'DE', tls: 'good', handler: BYTE_ECHO },
      [BYTES]: { country: 'DE', handler: BYTE_ECHO },
      [STREAM]: { country: 'DE', tls: 'good', handler: chunked(['first', 'never'], { pauseMs: 60_000 }) },
    },
    rules: RULES,
  });
  token = (await cordon('token', 'mint', '--agent', 'bearer')).trim();
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const RULES = [
  '{ id: opaque, to: [opaque-de-lab-example], inspect: false, then: permit }',
  '{ id: bytes, to: [bytes-de-lab-example], inspect: false, tunnel: { protocol: any }, then: permit }',
  '{ id: stream, to: [stream-de-lab-example], then: permit }',
];
/** The same rules, and one that denies what one of them permits. */
const denying = (destination: string): readonly string[] => [...RULES, `{ id: no-more, to: [${destination}], then: deny }`];

/** The CLI beside the running gateway, on its configuration. */
async function cordon(...parameters: readonly string[]): Promise<string> {
  const program = join(import.meta.dirname, '../../scripts/cordon.mjs');
  const config = join(lab.gateway.directory, 'cordon.yaml');
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--config', config, ...parameters], {
    env: { PATH: process.env['PATH'] },
  });
  return stdout;
}

/** Milliseconds until the peer has closed the connection. */
async function untilCut(connection: RawConnection, act: () => Promise<unknown>): Promise<number> {
  await act();
  const startedAt = performance.now();
  await connection.rest(3_000);
  return performance.now() - startedAt;
}

const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('an opaque tunnel', () => {
  it('carries TLS end to end, byte for byte, in both directions, and counts them', async () => {
    const from = '127.0.97.20';
    const secure = await tlsThrough(lab.gateway.proxy, lab.authority(OPAQUE), { ca: lab.ca.pem, from });
    const sent = randomBytes(2_000_000);
    const chunks: Buffer[] = [];
    secure.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = new Promise((resolve) => secure.once('end', resolve));
    secure.end(sent);
    await ended;
    expect(hash(Buffer.concat(chunks))).toBe(hash(sent));
    const { decision, outcome } = await recordedFrom(lab.gateway, from);
    expect(decision).toMatchObject({
      exchangeKind: 'connect',
      decision: 'permit',
      rules: ['opaque'],
      target: lab.authority(OPAQUE),
    });
    expect(outcome).toMatchObject({ status: 200, detail: 'closed', dialled: lab.origin(OPAQUE).address });
    // What passed is TLS records: a little more than their content.
    expect(outcome.bytes.sent).toBeGreaterThan(sent.length);
    expect(outcome.bytes.sent).toBe(lab.origin(OPAQUE).bytesReceived);
  });

  it('carries any protocol where the rule says so, bytes of every value, early ones first', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(BYTES), { early: all });
    tunnel.connection.send(all);
    expect(hash(await tunnel.connection.bytes(512))).toBe(hash(Buffer.concat([all, all])));
  });
});

describe('what runs is judged again (contract §4.1.13)', () => {
  it('a reload that denies an opaque tunnel cuts it within a second; others go on', async () => {
    const from = '127.0.97.21';
    await using cut = await openTunnel(lab.gateway.proxy, lab.authority(BYTES), { from });
    cut.connection.send('a');
    await cut.connection.bytes(1);
    const other = await tlsThrough(lab.gateway.proxy, lab.authority(OPAQUE), { ca: lab.ca.pem });
    const took = await untilCut(cut.connection, () => lab.gateway.reload(lab.policy(denying('bytes-de-lab-example'))));
    expect(took).toBeLessThan(1_000);
    const { outcome } = await recordedFrom(lab.gateway, from);
    expect(outcome).toMatchObject({ code: 'denied_by_rule', bytes: { sent: 1, received: 1 } });
    await expect.poll(() => lab.origin(BYTES).connections.every(({ isClosed }) => isClosed)).toBe(true);
    const still = new RawConnection(other);
    still.send('still');
    expect((await still.bytes(5)).toString()).toBe('still');
    other.destroy();
    await lab.gateway.reload(lab.policy(RULES));
  });

  it('a reload cuts a response that is being streamed, so that the client sees it is not whole', async () => {
    const from = '127.0.97.22';
    await using client = await lab.https(STREAM, { from });
    client.send(`GET / HTTP/1.1\r\nHost: ${lab.authority(STREAM)}\r\n\r\n`);
    await client.until('first');
    const took = await untilCut(client, () => lab.gateway.reload(lab.policy(denying('stream-de-lab-example'))));
    expect(took).toBeLessThan(1_000);
    expect(client.unread).not.toContain('0\r\n\r\n');
    const { outcome } = await recordedFrom(lab.gateway, from, 'intercepted');
    expect(outcome).toMatchObject({ status: 200, code: 'denied_by_rule' });
    await expect.poll(() => lab.origin(STREAM).connections.at(-1)?.isClosed).toBe(true);
    await lab.gateway.reload(lab.policy(RULES));
  });

  it('revoking a token cuts what runs under it, and an inspected tunnel takes no further request', async () => {
    const from = '127.1.0.1';
    const fields = [`Proxy-Authorization: Basic ${Buffer.from(`bearer:${token}`).toString('base64')}`];
    await using tunnel = await openTunnel(lab.gateway.proxy, lab.authority(BYTES), { from, fields });
    expect(tunnel.answer.status).toBe(200);
    tunnel.connection.send('a');
    await tunnel.connection.bytes(1);
    await using inspected = await lab.https(STREAM, { from: '127.1.0.2', fields });
    const surface = { ca: await lab.gateway.caPem(), from: '127.1.0.3', fields };
    await using asking = await httpsThrough(lab.gateway.proxy, 'cordon.internal:443', surface);
    asking.send('GET /whoami HTTP/1.1\r\nHost: cordon.internal\r\n\r\n');
    expect((await asking.response()).status).toBe(200);
    await using other = await openTunnel(lab.gateway.proxy, lab.authority(BYTES));
    const took = await untilCut(tunnel.connection, () => cordon('token', 'revoke', token));
    expect(took).toBeLessThan(1_000);
    expect((await recordedFrom(lab.gateway, from)).outcome).toMatchObject({ code: 'unidentified' });
    await inspected.rest(1_000);
    // The gateway's own answers are for those whom it knows, too: `explain` looks names up.
    await asking.rest(1_000);
    other.connection.send('b');
    expect((await other.connection.bytes(1)).toString()).toBe('b');
    // A new tunnel may be opened until the gateway has looked at its store, a second later at most.
    const again = async (): Promise<string> => {
      await using fresh = await openTunnel(lab.gateway.proxy, lab.authority(BYTES), { from, fields });
      return `${fresh.answer.status} ${fresh.answer.reason}`;
    };
    await expect.poll(again, { timeout: 1_000 }).toBe('407 unidentified');
  });
});
