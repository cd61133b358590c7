import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, type Lab } from '../support/lab.ts';
import { RawConnection, type RawResponse } from '../support/raw-client.ts';
import { tlsThrough } from '../support/tunnel-client.ts';
import { expectRefused, expectUntouched, recordedFrom } from './attacks/refused.ts';

const API = 'api.de.lab.example';
const BEDROCK = 'bedrock-runtime.eu-central-1.amazonaws.com';
const ABROAD = { decision: 'deny', code: 'outside_home' };
const SURFACE = 'cordon.internal';
/** No agent is identified by this address. */
const STRANGER = '127.9.0.1';

/** Whoever identifies from here may have any name looked up, within a budget. */
const CURIOUS = '127.1.0.1';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    agents: [
      { id: 'lab', home: 'eu', identify: [{ cidr: ['127.0.0.0/16'] }] },
      { id: 'other', home: 'eu', identify: [{ token: true }] },
      { id: 'curious', home: 'eu', identify: [{ cidr: ['127.1.0.0/16'] }] },
    ],
    origins: { [API]: { country: 'DE', tls: 'good' } },
    rules: [
      '{ id: api, to: [api-de-lab-example], paths: ["/v1/**"], then: permit }',
      `{ id: models, to: { hosts: [${BEDROCK}] }, then: permit }`,
      '{ id: named, to: { hosts: [inside.lab.example, gone.lab.example] }, then: permit }',
      '{ id: whole, to: { hosts: [whole.lab.example] }, then: permit, inspect: false }',
      '{ id: rule-of-another, agents: [other], to: { hosts: [others.example] }, then: permit }',
      '{ id: every-name, agents: [curious], to: { hosts: ["*"], ports: [80, 443] }, then: permit }',
      '{ id: secret-rule, to: { hosts: [closed.example] }, then: deny }',
    ],
    dns: {
      // Were the name looked up after all, it would lead somewhere.
      [SURFACE]: { addresses: ['127.0.10.1'] },
      [BEDROCK]: { addresses: ['3.120.0.1'] },
      'inside.lab.example': { addresses: ['10.0.0.1'] },
      'whole.lab.example': { addresses: ['52.95.110.1'] },
    },
  });
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

type Ask = (request: string, from?: string) => Promise<RawResponse>;

const overHttp: Ask = async (request, from) => {
  const [method, path] = request.split(' ');
  await using client = await lab.connect(from);
  client.send(`${method} http://${SURFACE}${path} HTTP/1.1\r\nHost: ${SURFACE}\r\n\r\n`);
  return await client.response(method);
};

const overHttps: Ask = async (request, from) => {
  const options = { ca: await lab.gateway.caPem(), ...(from !== undefined && { from }) };
  await using client = new RawConnection(await tlsThrough(lab.gateway.proxy, `${SURFACE}:443`, options));
  client.send(`${request} HTTP/1.1\r\nHost: ${SURFACE}\r\n\r\n`);
  return await client.response(request.split(' ')[0]);
};

describe.each([
  ['http', overHttp],
  ['https', overHttps],
] as const)('%s://cordon.internal', (_scheme, ask) => {
  it('gives the CA to anyone', async () => {
    const answer = await ask('GET /ca.pem', STRANGER);
    expect([answer.status, answer.field('content-type')]).toEqual([200, 'application/x-pem-file']);
    expect(answer.content.toString()).toBe(await lab.gateway.caPem());
    expect(new X509Certificate(answer.content).ca).toBe(true);
    expect(answer.content.toString()).not.toContain('PRIVATE');
  });

  it('tells anyone that it lives', async () => {
    expect((await ask('GET /healthz', STRANGER)).status).toBe(200);
    const head = await ask('HEAD /healthz', STRANGER);
    expect([head.status, head.content.length]).toEqual([200, 0]);
  });

  it('tells an agent who it is, and nobody else anything', async () => {
    const answer = await ask('GET /whoami');
    expect(JSON.parse(answer.content.toString())).toMatchObject({
      agent: 'lab',
      home: 'eu',
      mode: 'enforce',
      identifiedBy: 'cidr',
    });
    for (const path of ['/whoami', '/explain?method=GET&url=https://api.openai.com/', '/nothing']) {
      await expectRefused(lab.gateway, await ask(`GET ${path}`, STRANGER), { status: 407, code: 'unidentified' });
    }
  });

  it('explains, and looks up no more than the request itself would', async () => {
    const explain = async (method: string, url: string): Promise<unknown> => {
      const answer = await ask(`GET /explain?method=${method}&url=${encodeURIComponent(url)}`);
      return JSON.parse(answer.content.toString());
    };
    const before = lab.dns.queries.length;
    expect(await explain('GET', `https://${lab.authority(API)}/other`)).toMatchObject({ decision: 'deny', code: 'no_rule' });
    expect(await explain('GET', 'https://closed.example/')).toMatchObject({ decision: 'deny', code: 'denied_by_rule' });
    expect(await explain('GET', 'http://169.254.169.254/')).toMatchObject({ decision: 'deny', code: 'metadata_address' });
    expect(lab.dns.queries.slice(before)).toEqual([]);
    // From here on a rule covers the name.
    const possible = { decision: 'possible' };
    expect(await explain('GET', `https://${lab.authority(API)}/v1/x`)).toMatchObject({ decision: 'permit' });
    expect(await explain('POST', `https://${lab.authority(API)}/v1/x`)).toMatchObject(possible);
    expect(await explain('POST', `https://${BEDROCK}/model/global.anthropic.claude-x/invoke`)).toMatchObject(ABROAD);
    expect(await explain('POST', `https://${BEDROCK}/model/eu.anthropic.claude-x/invoke`)).toMatchObject(possible);
    expect(await explain('GET', 'https://inside.lab.example/')).toMatchObject({ decision: 'deny', code: 'private_address' });
    expect(await explain('GET', 'https://gone.lab.example/')).toMatchObject({ decision: 'deny', code: 'dns_failed' });
    expect(await explain('GET', `https://whole.lab.example/any`)).toMatchObject(ABROAD);
    expectUntouched(lab.origin(API));
  });

  it('tells of no rule that another agent has', async () => {
    const answer = await ask('GET /explain?method=GET&url=https://others.example/');
    expect(JSON.parse(answer.content.toString())).toMatchObject({ decision: 'deny', code: 'no_rule', rules: [] });
    expect(answer.content.toString()).not.toContain('rule-of-another');
  });

  it('says on the record what was asked about', async () => {
    const from = _scheme === 'http' ? '127.0.97.33' : '127.0.97.34';
    await ask(`GET /explain?method=POST&url=https://${BEDROCK}/model/secret?key=secret`, from);
    const { decision } = await recordedFrom(lab.gateway, from, _scheme === 'http' ? 'forward' : 'intercepted');
    expect(decision.reason).toBe(`The gateway answers for itself, about POST https://${BEDROCK}:443`);
  });

  it.each(['A B', 'x'.repeat(33), ''])('does not explain what is no method: "%s"', async (method) => {
    await expectRefused(lab.gateway, await ask(`GET /explain?method=${encodeURIComponent(method)}&url=https://a.example/`), {
      status: 400,
      code: 'malformed_request',
    });
  });

  it.each(['nonsense', '', 'http://127.1/', 'https://a..b/', 'file:///etc/passwd'])(
    'does not explain what is no URL: "%s"',
    async (url) => {
      await expectRefused(lab.gateway, await ask(`GET /explain?url=${encodeURIComponent(url)}`), {
        status: 400,
        code: 'malformed_request',
      });
    },
  );

  it('answers the rest with 404 or 405', async () => {
    expect((await ask('GET /admin')).status).toBe(404);
    expect((await ask('POST /ca.pem')).status).toBe(405);
  });

  it('is never looked up, and is recorded like anything else', async () => {
    const from = _scheme === 'http' ? '127.0.97.30' : '127.0.97.31';
    await ask('GET /whoami', from);
    const { decision, outcome } = await recordedFrom(lab.gateway, from, _scheme === 'http' ? 'forward' : 'intercepted');
    expect([decision.decision, outcome.status, outcome.dialled]).toEqual(['permit', 200, undefined]);
    expect(lab.dns.queries.filter(({ name }) => name === SURFACE)).toEqual([]);
  });
});

describe('a tunnel to cordon.internal', () => {
  it('leads nowhere else', async () => {
    const options = { ca: await lab.gateway.caPem(), from: STRANGER };
    await using client = new RawConnection(await tlsThrough(lab.gateway.proxy, `${SURFACE}:443`, options));
    client.send(`GET /v1/x HTTP/1.1\r\nHost: ${lab.authority(API)}\r\n\r\n`);
    await expectRefused(lab.gateway, await client.response(), { status: 421, code: 'name_mismatch' });
    expectUntouched(lab.origin(API));
  });

  it('has an outcome beside its decision', async () => {
    const from = '127.0.97.32';
    await overHttps('GET /healthz', from);
    const { decision, outcome } = await recordedFrom(lab.gateway, from, 'connect');
    expect([decision.decision, outcome.status]).toEqual(['permit', 200]);
  });

  it.each(['127.0.0.1', CURIOUS])('does not upgrade, for %s', async (from) => {
    await using client = await lab.connect(from);
    client.send(
      `GET http://${SURFACE}/healthz HTTP/1.1\r\nHost: ${SURFACE}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    await expectRefused(lab.gateway, await client.response(), { status: 403, code: 'protocol_not_allowed' });
    expect(lab.dns.queries.filter(({ name }) => name === SURFACE)).toEqual([]);
  });
});

describe('explain', () => {
  it('does not look the gateway itself up, even where any name may be', async () => {
    const answer = await overHttp(`GET /explain?url=http://${SURFACE}/whoami`, CURIOUS);
    expect(JSON.parse(answer.content.toString())).toMatchObject({ decision: 'permit' });
    expect(lab.dns.queries.filter(({ name }) => name === SURFACE)).toEqual([]);
  });

  it.each([
    'inside.lab.example',
    'gone.lab.example',
    'whole.lab.example',
    'closed.example',
    'others.example',
    '169.254.169.254',
  ])('says of %s what a CONNECT is answered, or the request inside it', async (name) => {
    const explained = await overHttp(`GET /explain?url=https://${name}/`);
    await using client = await lab.connect();
    client.send(`CONNECT ${name}:443 HTTP/1.1\r\nHost: ${name}:443\r\n\r\n`);
    const answer = await client.response('CONNECT');
    expect(JSON.parse(explained.content.toString())).toMatchObject({ decision: 'deny', code: answer.reason });
  });

  it('is rate-limited per agent', async () => {
    await using client = await lab.connect();
    let last: RawResponse | undefined;
    for (let i = 0; i < 70 && last?.status !== 429; i++) {
      client.send(`GET http://${SURFACE}/explain?url=http://a.example/ HTTP/1.1\r\nHost: ${SURFACE}\r\n\r\n`);
      last = await client.response();
    }
    expect([last?.status, Number(last?.field('retry-after')) > 0]).toEqual([429, true]);
  });
});
