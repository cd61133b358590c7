import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../support/lab.ts';
import type { RawResponse } from '../support/raw-client.ts';
import { valueOf } from '../support/http1-reader.ts';
import { expectRefused, recordedFrom } from './attacks/refused.ts';

const API = 'api.de.lab.example';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    agents: [{ id: 'lab', home: 'eu', identify: [{ cidr: ['127.0.0.0/16'] }] }],
    origins: { [API]: { country: 'DE' } },
    rules: ['{ id: api, to: [api-de-lab-example], then: permit }'],
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

async function ask(method: string, maxForwards: string, from?: string): Promise<RawResponse> {
  await using client = await lab.connect(from);
  const host = lab.authority(API);
  client.send(`${method} http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nMax-Forwards: ${maxForwards}\r\n\r\n`);
  return await client.response(method);
}

const forwarded = () => lab.origin(API).requests.map((request) => [request.method, valueOf(request, 'max-forwards')]);

describe('Max-Forwards', () => {
  it('is counted down for OPTIONS and left alone elsewhere (RFC 9110 §7.6.2)', async () => {
    expect((await ask('OPTIONS', '3')).status).toBe(200);
    expect((await ask('OPTIONS', '1')).status).toBe(200);
    expect((await ask('GET', '0')).status).toBe(200);
    expect(forwarded()).toEqual([
      ['OPTIONS', '2'],
      ['OPTIONS', '0'],
      ['GET', '0'],
    ]);
  });

  it('of 0 ends an OPTIONS request here, for those who may ask', async () => {
    const before = forwarded().length;
    const from = '127.0.97.40';
    const answer = await ask('OPTIONS', '0', from);
    expect([answer.status, answer.content.length]).toEqual([200, 0]);
    const { decision, outcome } = await recordedFrom(lab.gateway, from, 'forward');
    expect(decision.reason).toBe('The gateway answers for itself');
    expect([outcome.status, outcome.dialled]).toEqual([200, undefined]);
    await expectRefused(lab.gateway, await ask('OPTIONS', '0', '127.9.0.1'), { status: 407, code: 'unidentified' });
    expect(forwarded()).toHaveLength(before);
  });

  it('that is no number is refused', async () => {
    const before = forwarded().length;
    await expectRefused(lab.gateway, await ask('OPTIONS', 'x'), { status: 400, code: 'malformed_request' });
    expect(forwarded()).toHaveLength(before);
  });
});
