import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../support/lab.ts';
import { BLACK_HOLE, BYTE_ECHO, raw } from '../support/origin-scripts.ts';

const SLOW = 'slow.de.lab.example';
const TWICE = 'twice.de.lab.example';
const ANY = 'any.de.lab.example';
/** Field lines that HTTP/2 in Node refuses to send, left to itself. */
const TWO_TYPES = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    origins: {
      [SLOW]: { country: 'DE', handler: BLACK_HOLE },
      [TWICE]: { country: 'DE', tls: 'good', handler: raw(TWO_TYPES) },
      [ANY]: { country: 'DE', handler: BYTE_ECHO },
    },
    rules: [
      '{ id: slow, to: [slow-de-lab-example], then: permit }',
      '{ id: twice, to: [twice-de-lab-example], then: permit }',
      '{ id: any, to: [any-de-lab-example], inspect: false, tunnel: { protocol: any }, then: permit }',
    ],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const connectTo = (authority: string): string => `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`;

describe('what one client does never ends the process', () => {
  it.each([
    ['CONNECT', connectTo('no.example:443')],
    ['an upgrade', 'GET http://no.example/ HTTP/1.1\r\nHost: no.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ])('%s behind a request without an answer is cut and recorded', async (_what, behind) => {
    const from = behind.startsWith('CONNECT') ? '127.0.98.1' : '127.0.98.2';
    await using client = await lab.connect(from);
    client.send(`GET http://${lab.authority(SLOW)}/ HTTP/1.1\r\nHost: ${lab.authority(SLOW)}\r\n\r\n${behind}`);
    const record = await lab.gateway.waitForRecord(
      (line) => line.kind === 'decision' && line.client === from && line.decision === 'deny',
    );
    expect(record).toMatchObject({ code: 'malformed_request', reason: expect.stringContaining('without an answer') as string });
    expect((await lab.gateway.adminGet('/readyz')).status).toBe(200);
  });

  it('a field that a response may not repeat passes over HTTP/2 as it came', async () => {
    await using client = await lab.http2(TWICE);
    for (const path of ['/', '/again']) {
      const stream = client.session.request({ ':path': path, ':authority': lab.authority(TWICE) });
      const [fields, , raw] = (await once(stream, 'response')) as [Record<string, unknown>, number, string[]];
      const types = raw.filter((_, i) => raw[i - 1] === 'content-type');
      expect([fields[':status'], types]).toEqual([200, ['text/plain', 'text/html']]);
      await once(stream.resume(), 'end');
    }
  });

  it('a client that leaves while its tunnel is dialled leaves no tunnel behind', async () => {
    const from = '127.0.98.3';
    const leave = async (delayMs: number): Promise<void> => {
      const client = await lab.connect(from);
      client.send(`${connectTo(lab.authority(ANY))}x`);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      client.socket.resetAndDestroy();
    };
    await Promise.all(Array.from({ length: 20 }, (_, i) => leave(i % 4)));
    await expect
      .poll(async () => {
        const records = await lab.gateway.records();
        const ended = new Set(records.flatMap((line) => (line.kind === 'outcome' ? [line.exchange] : [])));
        return records.filter((line) => line.kind === 'decision' && line.client === from && !ended.has(line.exchange)).length;
      })
      .toBe(0);
    await expect.poll(async () => (await lab.gateway.adminGet('/metrics')).content).toMatch(/^cordon_connections 0$/m);
  });
});

describe('what rules and origins might read differently', () => {
  it('a method in lower case is refused, whatever a rule says of it in upper case', async () => {
    await using client = await lab.http2(TWICE);
    const answer = await client.request({ ':method': 'delete', ':path': '/' });
    expect([answer.status, JSON.parse(answer.content)]).toEqual([400, expect.objectContaining({ code: 'malformed_request' })]);
  });

  it('a topology field spelled with underscores goes no further', async () => {
    await using client = await lab.http2(TWICE);
    await client.request({
      ':path': '/underscores',
      x_forwarded_for: '192.0.2.1',
      x_http_method_override: 'DELETE',
      x_kept: 'y',
    });
    const seen = lab.origin(TWICE).requests.find(({ target }) => target === '/underscores');
    expect(seen?.fields.map(([name]) => name)).toEqual(expect.arrayContaining(['x_kept']));
    expect(seen?.fields.map(([name]) => name)).not.toEqual(expect.arrayContaining(['x_forwarded_for']));
    expect(seen?.fields.map(([name]) => name)).not.toEqual(expect.arrayContaining(['x_http_method_override']));
  });

  it('a query without names keeps its values out of the record', async () => {
    await using client = await lab.http2(TWICE);
    await client.request({ ':path': '/bare?s3cr3t-token&a=s3cr3t' });
    const record = await lab.gateway.waitForRecord(
      (line) => line.kind === 'decision' && line.target?.includes('/bare') === true,
    );
    expect(record).toMatchObject({ target: `https://${lab.authority(TWICE)}/bare?*&a` });
  });
});
