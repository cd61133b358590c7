import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Approval } from '../../../src/core/approval/approval.ts';
import type { OutcomeEvent, Record as RecordLine } from '../../../src/core/exchange/record.ts';
import { cordon } from '../../cli/cordon.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import type { RawConnection } from '../../support/raw-client.ts';
import { ask, parrot } from '../masking/ask.ts';
import { People } from './people.ts';
import { expectSpooled } from './spooled.ts';

// Every way out of a hold but the one in which people answer in time: nothing leaves, nothing stays behind.

const HELD = 'held.de.lab.example';
const GRANTED = 'granted.de.lab.example';
const BOT = '127.9.0.1';
const JSON_TYPE = 'Content-Type: application/json';
const ASYNC = 'Cordon-Prefer: respond-async';
const rule = (name: string, more = ''): string =>
  `{ id: ${name}, to: [${name}-de-lab-example], then: hold, approval: { by: [privacy], wait: 20s${more} } }`;

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    agents: [
      { id: 'lab', home: 'eu', identify: [{ cidr: ['127.0.0.0/16'] }] },
      { id: 'bot', home: 'eu', identify: [{ token: true }] },
    ],
    origins: { [HELD]: { country: 'DE', handler: parrot }, [GRANTED]: { country: 'DE', handler: parrot } },
    rules: [rule('held'), rule('granted', ', grant: { max: 1h }')],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const received = (name: string): string => lab.origin(name).received;

function post(name: string, content: string, ...fields: readonly string[]): string {
  const authority = lab.authority(name);
  const lines = [`POST http://${authority}/v1 HTTP/1.1`, `Host: ${authority}`, JSON_TYPE, ...fields];
  return `${lines.join('\r\n')}\r\nContent-Length: ${content.length}\r\n\r\n${content}`;
}

const HANDSHAKE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

async function handshake(): Promise<RawConnection> {
  const authority = lab.authority(HELD);
  const client = await lab.connect();
  client.send(`GET http://${authority}/chat HTTP/1.1\r\nHost: ${authority}\r\n${HANDSHAKE.join('\r\n')}\r\n\r\n`);
  return client;
}

/** The exchange that waits for an approval, and how it ended; every exchange ends once. */
async function outcomeOf(approval: Pick<Approval, 'id'>): Promise<OutcomeEvent> {
  const asks = (record: RecordLine): boolean => record.kind === 'decision' && record.approval === approval.id;
  const { exchange } = (await lab.gateway.waitForRecord(asks)) as { exchange: string };
  const ends = (record: RecordLine): boolean => record.kind === 'outcome' && record.exchange === exchange;
  await lab.gateway.waitForRecord(ends);
  const outcomes = (await lab.gateway.records()).filter(ends);
  expect(outcomes).toHaveLength(1);
  return outcomes[0] as OutcomeEvent;
}

describe('a request that is held', () => {
  it.each(['finish', 'destroy'] as const)('is given up when the client of a WebSocket leaves (%s)', async (how) => {
    const people = await People.of(lab);
    const client = await handshake();
    const asked = await people.next();
    if (how === 'finish') client.finish();
    else client.socket.destroy();
    expect(await outcomeOf(asked)).toMatchObject({ code: 'held' });
    await people.decide(asked, 'approve');
    expect(received(HELD)).not.toContain('/chat');
    await people.withdraw(asked);
  });

  it('opens a WebSocket once it is approved, and carries what was sent early', async () => {
    const people = await People.of(lab);
    await using client = await handshake();
    client.send('early');
    await people.decide(await people.next(), 'approve');
    // This origin is no WebSocket server: that it was asked, and its answer, are what matters here.
    expect((await client.response()).status).toBe(200);
    expect(received(HELD)).toContain('GET /chat HTTP/1.1');
  });

  it('APPR-08 keeps its pass for who asks again when its client leaves as people approve', async () => {
    const people = await People.of(lab);
    const client = await lab.connect();
    client.send(`GET http://${lab.authority(HELD)}/fleeting HTTP/1.1\r\nHost: ${lab.authority(HELD)}\r\n\r\n`);
    const asked = await people.next();
    const waits = (record: RecordLine): boolean => record.kind === 'decision' && record.approval === asked.id;
    await lab.gateway.waitForRecord(waits);
    // Stopped, so that it hears of both at once.
    lab.gateway.signal('SIGSTOP');
    client.socket.resetAndDestroy();
    await people.decide(asked, 'approve');
    lab.gateway.signal('SIGCONT');
    expect(await outcomeOf(asked)).toMatchObject({ code: 'held' });
    expect((await people.find(asked)).state).toBe('approved');
    expect(received(HELD)).not.toContain('/fleeting');
    expect((await ask(lab, HELD, { method: 'GET', target: '/fleeting', fields: [ASYNC] })).status).toBe(200);
  });

  it('does not leave under a grant when its token was revoked while it came', async () => {
    const people = await People.of(lab);
    const command = (...args: readonly string[]) =>
      cordon(['--config', `${lab.gateway.directory}/cordon.yaml`, 'token', ...args], lab.gateway.directory);
    const token = (await command('mint', '--agent', 'bot')).out.trim();
    const credentials = `Proxy-Authorization: Bearer ${token}`;
    await ask(lab, GRANTED, { target: '/v1', content: '{"n":1}', fields: [JSON_TYPE, ASYNC, credentials], from: BOT });
    await people.decide(await people.next(), 'approve', { grant: { for: 60_000 } });
    const again = { target: '/v1', content: '{"n":1}', fields: [JSON_TYPE, ASYNC, credentials], from: BOT };
    expect((await ask(lab, GRANTED, again)).status).toBe(200);
    await using slow = await lab.connect(BOT);
    const [head = '', content = ''] = post(GRANTED, '{"n":"slow"}', credentials).split('\r\n\r\n');
    slow.send(`${head}\r\n\r\n${content.slice(0, 4)}`);
    // The waiting exchange is known by then: its content goes to the spool.
    await expectSpooled(lab.gateway, 1);
    await command('revoke', token);
    await expect.poll(async () => (await ask(lab, GRANTED, again)).status).toBe(407);
    slow.send(content.slice(4));
    expect((await slow.response('POST')).status).toBe(407);
    expect(received(GRANTED)).not.toContain('slow');
  });

  it('leaves nothing in the spool, however it ends', async () => {
    const people = await People.of(lab);
    await expectSpooled(lab.gateway, 0);
    const waiting = ask(lab, HELD, { content: '{"n":"spool"}', fields: [JSON_TYPE] });
    const asked = await people.next();
    await expectSpooled(lab.gateway, 1);
    await people.decide(asked, 'deny');
    expect((await waiting).status).toBe(403);
    await expectSpooled(lab.gateway, 0);
    expect((await ask(lab, HELD, { content: '{"n":"later"}', fields: [JSON_TYPE, ASYNC] })).status).toBe(503);
    await expectSpooled(lab.gateway, 0);
    const [cut] = [await lab.connect()];
    cut.send(post(HELD, '{"n":"cut"}').slice(0, -3));
    await expectSpooled(lab.gateway, 1);
    cut.socket.destroy();
    await expectSpooled(lab.gateway, 0);
    await people.decide(await people.next(), 'deny');
  });
});
