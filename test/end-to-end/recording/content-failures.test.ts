import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutcomeEvent } from '../../../src/core/exchange/record.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import type { OriginRequest } from '../../support/origin.ts';
import { partOf, recordedContent } from '../../support/recorded-content.ts';
import { ask, parrot } from '../masking/ask.ts';

const STREAM = 'stream.de.lab.example';
const PARROT = 'parrot.de.lab.example';
/** Its policy names a port that nobody listens on. */
const CLOSED = 'closed.de.lab.example';
const RECORDED =
  '{ id: recorded, to: [stream-de-lab-example, parrot-de-lab-example, closed-de-lab-example], then: permit, record: content }';
const BARE = '{ id: recorded, to: [stream-de-lab-example, parrot-de-lab-example], then: permit }';

let lab: Lab;
/** Streams that the origin has begun: the test says what leaves. */
const streams: OriginRequest[] = [];

beforeAll(async () => {
  lab = await startLab({
    origins: {
      [STREAM]: {
        country: 'DE',
        handler: {
          onRequest: (request) => {
            request.connection.socket.write(
              'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n',
            );
            streams.push(request);
          },
        },
      },
      [PARROT]: { country: 'DE', handler: parrot },
      [CLOSED]: { country: 'DE', destination: { ports: [1] } },
    },
    rules: [RECORDED],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const send = ({ connection: { socket } }: OriginRequest, event: string): void =>
  void socket.write(`${event.length.toString(16)}\r\n${event}\r\n`);

/** A stream of which the client has the first event. */
async function begin(target: string) {
  const client = await lab.connect();
  const authority = lab.authority(STREAM);
  client.send(`GET http://${authority}${target} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  await client.until('\r\n\r\n');
  const request = streams.at(-1)!;
  send(request, 'data: first\n\n');
  await client.until('data: first\n\n');
  return { client, request };
}

async function outcomeOf(target: string): Promise<OutcomeEvent> {
  const decision = await lab.gateway.waitForRecord(
    (each) => each.kind === 'decision' && each.target?.endsWith(target) === true,
  );
  const exchange = 'exchange' in decision ? decision.exchange : '';
  const outcome = await lab.gateway.waitForRecord((each) => each.kind === 'outcome' && each.exchange === exchange);
  return outcome as Extract<typeof outcome, OutcomeEvent>;
}

describe('record: content where it cannot be recorded', () => {
  it('says that a stream broke off, after what had passed', async () => {
    const { client } = await begin('/leaves');
    await client[Symbol.asyncDispose]();
    const { exchange } = await outcomeOf('/leaves');
    const answered = partOf(await recordedContent(lab.gateway), exchange, 'response');
    expect(answered.map(({ text }) => text).join('')).toBe('data: first\n\n');
    expect(answered.at(-1)).toMatchObject({ last: true, cut: 'aborted' });
    // What there is of the content comes before the outcome that ends the exchange.
    const kinds = (await lab.gateway.records()).filter((each) => 'exchange' in each && each.exchange === exchange);
    expect(kinds.at(-1)).toMatchObject({ kind: 'outcome' });
  });

  it('says that an upload broke off, and how much of it had passed', async () => {
    const client = await lab.connect();
    const authority = lab.authority(STREAM);
    client.send(
      `POST http://${authority}/upload HTTP/1.1\r\nHost: ${authority}\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nhalf of it.\n`,
    );
    const recorded = async () => JSON.stringify(await recordedContent(lab.gateway));
    await expect.poll(recorded, { timeout: 5_000 }).toContain('half of it.');
    await client[Symbol.asyncDispose]();
    const { exchange } = await outcomeOf('/upload');
    const sent = partOf(await recordedContent(lab.gateway), exchange, 'request');
    expect(sent.at(-1)).toMatchObject({ last: true, cut: 'aborted', passed: 12 });
  });

  it('records what would have been sent where nobody answers, and goes on', async () => {
    await using client = await lab.connect();
    const content = 'x'.repeat(100_000);
    client.send(
      `POST http://${CLOSED}:1/nobody HTTP/1.1\r\nHost: ${CLOSED}:1\r\nContent-Type: text/plain\r\nContent-Length: ${content.length}\r\n\r\n${content}`,
    );
    const answer = await client.response('POST');
    expect([answer.status, JSON.parse(answer.content.toString())]).toMatchObject([502, { code: 'connect_failed' }]);
    const { exchange } = await outcomeOf('/nobody');
    const all = await recordedContent(lab.gateway);
    expect(partOf(all, exchange, 'request').at(-1)).toMatchObject({
      last: true,
      cut: 'aborted',
      notes: { head: { method: 'POST' } },
    });
    expect(partOf(all, exchange, 'response')).toEqual([]);
  });

  it('cuts what runs unrecorded when a rule comes to ask for it', async () => {
    await lab.gateway.reload(lab.policy([BARE]));
    const { client } = await begin('/unrecorded');
    await lab.gateway.reload(lab.policy([RECORDED]));
    expect(await outcomeOf('/unrecorded')).toMatchObject({
      code: 'no_rule',
      detail: 'Its content is to be recorded now, and is not',
    });
    await client[Symbol.asyncDispose]();
  });

  const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0;

  it.skipIf(!hasPrlimit)('cuts a stream that cannot be recorded on', async () => {
    const { client, request } = await begin('/full');
    const originSees = new Promise<void>((resolve) => request.connection.socket.once('close', () => resolve()));
    // As a full disk: every write that would make a file longer fails.
    const limitFiles = (bytes: string): number | null =>
      spawnSync('prlimit', ['--pid', String(lab.gateway.pid), `--fsize=${bytes}:unlimited`]).status;
    expect(limitFiles('1')).toBe(0);
    send(request, 'data: second\n\n');
    await originSees;
    expect(await client.rest()).not.toContain('0\r\n\r\n');
    expect(limitFiles('unlimited')).toBe(0);
    expect((await ask(lab, PARROT, { fields: ['Content-Type: text/plain'], content: 'again' })).content.toString()).toBe(
      'again',
    );
    await lab.gateway.waitForRecord((each) => each.kind === 'gap');
    await client[Symbol.asyncDispose]();
  });

  it('sends nothing where there is no key to seal it under', async () => {
    const before = lab.origin(PARROT).bytesReceived;
    using database = new DatabaseSync(join(lab.gateway.directory, 'data/cordon.db'));
    database.exec('ALTER TABLE content_keys RENAME TO elsewhere');
    const asked = { from: '127.0.0.77', fields: ['Content-Type: text/plain'], content: 'secret' };
    const answer = await ask(lab, PARROT, asked);
    expect([answer.status, JSON.parse(answer.content.toString())]).toMatchObject([503, { code: 'audit_unavailable' }]);
    expect(lab.origin(PARROT).bytesReceived).toBe(before);
    // Nobody has to wait for the memory of a failure to fade.
    database.exec('ALTER TABLE elsewhere RENAME TO content_keys');
    expect((await ask(lab, PARROT, asked)).status).toBe(200);
  });
});
