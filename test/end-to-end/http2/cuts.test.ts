import { once } from 'node:events';
import { constants, type ServerHttp2Stream } from 'node:http2';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DecisionEvent, OutcomeEvent } from '../../../src/core/exchange/record.ts';
import { createTestCa } from '../../support/certificates.ts';
import { http2Handler } from '../../support/http2-origin-handler.ts';
import { startLab, type Lab, type LabOriginOptions } from '../../support/lab.ts';
import type { Http2Client } from '../../support/tunnel-client.ts';
import { recordedExchange } from '../attacks/refused.ts';
import { People } from '../holding/people.ts';

const FEED = 'feed.de.lab.example';
const GRANTED = 'granted.de.lab.example';
/** The address that the second agent comes from. */
const OTHER = '127.0.98.1';

let lab: Lab;
/** Streams that the origins have begun to answer, and go on with. */
let streams: ServerHttp2Stream[] = [];

beforeAll(async () => {
  const ca = await createTestCa('Trusted root');
  const begin = http2Handler((stream) => {
    stream.resume();
    stream.respond({ ':status': 200, 'content-type': 'text/plain' });
    stream.write('begun ');
    streams.push(stream);
  });
  const origin = async (name: string): Promise<LabOriginOptions> => ({
    country: 'DE',
    tls: { ...(await ca.good(name)), alpn: ['h2'] },
    handler: begin,
  });
  lab = await startLab({
    agents: [
      { id: 'one', home: 'eu', identify: [{ cidr: ['127.0.0.1/32'] }] },
      { id: 'two', home: 'eu', identify: [{ cidr: [`${OTHER}/32`] }] },
    ],
    origins: { [FEED]: await origin(FEED), [GRANTED]: await origin(GRANTED) },
    rules: [
      '{ id: feed, to: [feed-de-lab-example], then: permit }',
      '{ id: granted, to: [granted-de-lab-example], then: hold, approval: { by: [privacy], wait: 20s, grant: { max: 1h } } }',
    ],
    gateway: { trust: [ca.pem] },
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  streams = [];
});

interface Open {
  readonly path: string;
  /** What came of the answer, once no more does, and whether it came to its end. */
  readonly rest: Promise<{ readonly text: string; readonly isWhole: boolean }>;
}

/** Asks for a stream, and waits until its answer has begun. */
async function begun(client: Http2Client, name: string, path: string): Promise<Open> {
  const stream = client.session.request({ ':authority': lab.authority(name), ':path': path });
  let text = '';
  let isWhole = false;
  stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const push = stream.push.bind(stream);
  // Node ends what was cut as it ends what is whole; only the latter is still open then.
  stream.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (chunk === null && !stream.closed && !stream.destroyed) isWhole = true;
    return push(chunk, encoding);
  };
  stream.on('error', () => (isWhole = false));
  const rest = once(stream, 'close').then(
    () => ({ text, isWhole }),
    () => ({ text, isWhole: false }),
  );
  // A socket of the tests stays open where the other side has ended it.
  client.session.socket.once('end', () => client.session.destroy());
  await once(stream, 'response');
  return { path, rest };
}

/** The outcome of the exchange that asked for this path. */
async function outcomeOf({ path }: Open): Promise<OutcomeEvent> {
  const decision = await lab.gateway.waitForRecord((each) => each.kind === 'decision' && (each.target ?? '').endsWith(path));
  return (await recordedExchange(lab.gateway, (decision as DecisionEvent).exchange)).outcome;
}

async function stop(agent: string): Promise<number> {
  const admin = { authorization: `Bearer ${await lab.gateway.adminToken()}` };
  const minted = await lab.gateway.adminAsk('/v1/tokens', {
    headers: admin,
    json: { person: 'otto@acme.example', role: 'operator' },
  });
  const headers = { authorization: `Bearer ${(minted.content as { token: string }).token}` };
  return (await lab.gateway.adminAsk(`/v1/agents/${agent}/stop`, { headers, json: { reason: 'enough' } })).status;
}

describe('streams on one HTTP/2 connection to an origin', () => {
  it('end with the agent that is stopped, and go on for the other one', async () => {
    await using one = await lab.http2(FEED);
    await using two = await lab.http2(FEED, { from: OTHER });
    const cut = [await begun(one, FEED, '/1'), await begun(one, FEED, '/2')];
    const kept = await begun(two, FEED, '/3');
    // Agents share no connection to an origin.
    expect(lab.origin(FEED).connections.length).toBe(2);
    const closed = streams.slice(0, 2).map((stream) => once(stream, 'close'));
    expect(await stop('one')).toBe(200);
    await Promise.all(closed);
    expect(streams.map(({ rstCode, destroyed }) => [rstCode, destroyed])).toEqual([
      [constants.NGHTTP2_CANCEL, true],
      [constants.NGHTTP2_CANCEL, true],
      [constants.NGHTTP2_NO_ERROR, false],
    ]);
    for (const each of cut) {
      expect(await each.rest).toEqual({ text: 'begun ', isWhole: false });
      expect((await outcomeOf(each)).code).toBe('agent_stopped');
    }
    streams[2]!.end('and over');
    expect(await kept.rest).toEqual({ text: 'begun and over', isWhole: true });
  });

  it('end with the grant that they began under, and go on where they were approved by themselves', async () => {
    const people = await People.of(lab);
    await using client = await lab.http2(GRANTED, { from: OTHER });
    const waiting = begun(client, GRANTED, '/feed?n=1');
    await people.decide(await people.next(), 'approve', { grant: { for: 60_000 } });
    const [approved, under] = [await waiting, await begun(client, GRANTED, '/feed?n=2')];
    expect(lab.origin(GRANTED).connections.length).toBe(1);
    const closed = once(streams[1]!, 'close');
    await people.revokeGrants();
    await closed;
    expect(streams[1]!.rstCode).toBe(constants.NGHTTP2_CANCEL);
    expect(await under.rest).toEqual({ text: 'begun ', isWhole: false });
    const cut = await lab.gateway.waitForRecord((each) => each.kind === 'outcome' && each.code === 'approval_expired');
    expect(cut).toMatchObject({ status: 200 });
    // What a person approved by itself has no need of the grant.
    streams[0]!.end('and over');
    expect(await approved.rest).toEqual({ text: 'begun and over', isWhole: true });
  });
});
