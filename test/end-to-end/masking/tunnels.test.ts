import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../../support/lab.ts';
import type { OriginRequest, Script } from '../../support/origin.ts';
import { CARD, EMAIL, fieldOf, parrot } from './ask.ts';

const API = 'api.de.lab.example';
const SLOW = 'slow.de.lab.example';
const OWN = 'own.de.lab.example';
const JSON_TYPE = 'Content-Type: application/json';
const BODY = JSON.stringify({ to: EMAIL, card: CARD });

let lab: Lab;
/** Answers that an origin has begun and goes on with as the test says. */
const begun: OriginRequest[] = [];

const begin: Script = (request) => {
  request.connection.socket.write(
    'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhello, here and \r\n',
  );
  begun.push(request);
};

const rule = (mask: string): string =>
  `{ id: api, to: [api-de-lab-example, slow-de-lab-example], then: permit, mask: { request: { entities: [${mask}], as: token } } }`;
const OWN_RULE =
  '{ id: own, to: [own-de-lab-example], then: permit, mask: { request: { entities: [staff-number], as: redact } } }';

beforeAll(async () => {
  lab = await startLab({
    origins: {
      [API]: { country: 'DE', tls: 'good', handler: parrot },
      [SLOW]: { country: 'DE', tls: 'good', handler: begin },
      [OWN]: { country: 'DE', tls: 'good', handler: parrot },
    },
    rules: `cordon: 1\nentities: [{ id: staff-number, pattern: "ACME-[0-9]{6}", max: 11 }]\nrules: [${rule('pii')}, ${OWN_RULE}]\n`,
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const post = (name: string, content = BODY): string =>
  `POST /x HTTP/1.1\r\nHost: ${lab.authority(name)}\r\n${JSON_TYPE}\r\nContent-Length: ${content.length}\r\n\r\n${content}`;

describe('a request in an intercepted tunnel', () => {
  it('is masked, and its answer restored, over HTTP/1.1, several times on one connection', async () => {
    await using client = await lab.https(API);
    for (let i = 0; i < 3; i++) {
      client.send(post(API));
      const answer = await client.response('POST');
      expect(answer.content.toString()).toBe(BODY);
      expect(lab.origin(API).requests.at(-1)!.raw).not.toMatch(new RegExp(`${EMAIL}|${CARD}`));
    }
  });

  it('is masked, and its answer restored, over HTTP/2', async () => {
    await using client = await lab.http2(API);
    const stream = client.session.request({
      ':method': 'POST',
      ':path': '/x',
      ':authority': lab.authority(API),
      'content-type': 'application/json',
      'content-length': BODY.length,
    });
    let text = '';
    stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    stream.end(BODY);
    await once(stream, 'end');
    expect(text).toBe(BODY);
    const request = lab.origin(API).requests.at(-1)!;
    expect(request.raw).not.toMatch(new RegExp(`${EMAIL}|${CARD}`));
    expect(fieldOf(request, 'content-length')).toBe(String(request.content.length));
  });

  it('has values masked that only the policy knows', async () => {
    await using client = await lab.https(OWN);
    client.send(post(OWN, '{"by":"ACME-123456"}'));
    const answer = await client.response('POST');
    expect(answer.content.toString()).toBe('{"by":"REDACTED_STAFF_NUMBER"}');
  });
});

describe('an exchange under a mask', () => {
  it('goes on when the policy changes and its mask stays, and is cut when more is to be masked', async () => {
    await using client = await lab.https(SLOW);
    client.send(post(SLOW));
    await client.until('hello');
    await lab.gateway.reload(lab.policy([rule('pii'), '{ id: more, to: [own-de-lab-example], then: permit }']));
    begun.at(-1)!.connection.socket.write('10\r\nthere. What now \r\n');
    expect(await client.until('there')).toContain('there');
    await lab.gateway.reload(lab.policy([rule('pii, secrets')]));
    await client.rest();
    const outcome = await lab.gateway.waitForRecord((each) => each.kind === 'outcome' && each.code === 'no_rule');
    expect(outcome).toMatchObject({ status: 200, detail: expect.stringContaining('other masks') as string });
  });

  it('goes on while its own entities mean the same, and is cut when one of them means something else', async () => {
    const own = (pattern: string, note = ''): string =>
      `cordon: 1\nentities: [{ id: staff-number, pattern: "${pattern}", max: 11 }, { id: other, pattern: "X${note}-[0-9]{6}", max: 11 }]\nrules: [{ id: own, to: [slow-de-lab-example], then: permit, mask: { request: { entities: [staff-number], as: redact } } }]\n`;
    await lab.gateway.reload(lab.policy(own('ACME-[0-9]{6}')));
    await using client = await lab.https(SLOW);
    client.send(post(SLOW));
    await client.until('hello');
    await lab.gateway.reload(lab.policy(own('ACME-[0-9]{6}', 'Y')));
    begun.at(-1)!.connection.socket.write('10\r\nthere. What now \r\n');
    expect(await client.until('there')).toContain('there');
    const cut = async (): Promise<number> =>
      (await lab.gateway.records()).filter((each) => each.kind === 'outcome' && (each.detail ?? '').includes('other masks'))
        .length;
    const before = await cut();
    await lab.gateway.reload(lab.policy(own('ACME-[0-9]{5,6}')));
    await client.rest();
    await expect.poll(cut).toBe(before + 1);
  });
});
