import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cordonProcess } from '../../cli/cordon.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import type { Echo } from '../../support/origin.ts';
import { nextClient } from './attempts.ts';
import { expectRefused, expectUntouched, recordedFrom } from './refused.ts';

const PLAIN = 'plain.de.lab.example';
const SECURE = 'secure.de.lab.example';
const OTHER = 'other.us.lab.example';

const AGENTS = [
  { id: 'lab', home: 'eu', identify: [{ token: true }, { cidr: ['127.0.98.0/24'] }] },
  { id: 'other', home: 'any', identify: [{ token: true, cidr: ['127.0.97.0/24'] }] },
];

let lab: Lab;
let token: string;

beforeAll(async () => {
  lab = await startLab({
    agents: AGENTS,
    origins: { [PLAIN]: { country: 'DE' }, [SECURE]: { country: 'DE', tls: 'good' }, [OTHER]: { country: 'US' } },
    rules: [
      '{ id: germany, to: [plain-de-lab-example, secure-de-lab-example], then: permit }',
      '{ id: america, agents: [other], to: [other-us-lab-example], then: permit }',
      '{ id: added, to: [secure-de-lab-example], then: permit, headers: { set: { X-Injected: by-policy } } }',
    ],
  });
  const minted = await cordonProcess(['token', 'mint', '--agent', 'lab', '--config', 'cordon.yaml'], lab.gateway.directory);
  token = minted.out.trim();
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

async function echoed(way: 'proxy' | 'tunnel', fields: readonly string[]): Promise<Echo> {
  const from = nextClient();
  const name = way === 'proxy' ? PLAIN : SECURE;
  const host = lab.authority(name);
  await using client = way === 'proxy' ? await lab.connect(from) : await lab.https(name, { from });
  const target = way === 'proxy' ? `http://${host}/x` : '/x';
  client.send(`${[`GET ${target} HTTP/1.1`, `Host: ${host}`, ...fields].join('\r\n')}\r\n\r\n`);
  const answer = await client.response();
  expect(answer.status, answer.content.toString()).toBe(200);
  return JSON.parse(answer.content.toString()) as Echo;
}

const names = ({ fields }: Echo): string[] => fields.map(([name]) => name.toLowerCase());

async function everythingWritten(): Promise<string> {
  return await lab.gateway.everythingWritten();
}

describe.each(['proxy', 'tunnel'] as const)('fields of a request through the %s', (way) => {
  it('HDR-01 Proxy-Authorization goes no further and is written nowhere', async () => {
    const echo = await echoed(
      way,
      way === 'proxy' ? [`Proxy-Authorization: Bearer ${token}`] : ['Proxy-Authorization: Basic b3duOnNlY3JldA=='],
    );
    expect(names(echo)).not.toContain('proxy-authorization');
    for (const name of [PLAIN, SECURE]) expect(lab.origin(name).received).not.toContain(token);
    const written = await everythingWritten();
    expect(token.split('.').length).toBe(2);
    expect(written).not.toContain(token.split('.')[1]);
    expect(written).not.toContain('b3duOnNlY3JldA');
  });

  it('HDR-01 further fields of the connection go no further', async () => {
    const own = [
      'Proxy-Connection: keep-alive',
      'Keep-Alive: timeout=5',
      'Proxy-Authenticate: Basic',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQAAP__',
      'TE: gzip',
    ];
    const got = names(await echoed(way, own));
    for (const field of own) expect(got).not.toContain(field.split(':')[0]?.toLowerCase());
  });

  it('HDR-02 fields that Connection nominates go no further, and it can take nothing away that was judged', async () => {
    const echo = await echoed(way, [
      'Connection: close, X-Secret, Authorization, X-Injected, Host, Content-Length, Via',
      'X-Secret: own',
      'Authorization: Bearer own',
      'X-Injected: by-agent',
    ]);
    expect(names(echo)).not.toContain('x-secret');
    expect(names(echo)).not.toContain('authorization');
    expect(names(echo).filter((name) => name === 'host' || name === 'via')).toEqual(['host', 'via']);
    const injected = echo.fields.filter(([name]) => name.toLowerCase() === 'x-injected').map(([, value]) => value);
    expect(injected).toEqual(way === 'tunnel' ? ['by-policy'] : []);
  });

  it('HDR-04 what shows the network of the agent goes no further', async () => {
    const shown = [
      'X-Forwarded-For: 10.0.0.1',
      'X-Forwarded-Host: inside',
      'Forwarded: for=10.0.0.1',
      'X-Real-IP: 10.0.0.1',
      'Client-IP: 10.0.0.1',
      'Via: 1.1 inside.example',
    ];
    const echo = await echoed(way, shown);
    for (const field of shown.slice(0, -1)) expect(names(echo)).not.toContain(field.split(':')[0]?.toLowerCase());
    const via = echo.fields.filter(([name]) => name.toLowerCase() === 'via').map(([, value]) => value);
    expect(via).toEqual([expect.stringMatching(/^1\.1 cordon-[0-9a-f]{12}$/)]);
    expect(JSON.stringify(echo.fields)).not.toMatch(/127\.0\.98|10\.0\.0\.1|inside/);
  });

  it('HDR-06 no field chooses another way out', async () => {
    const before = lab.origin(OTHER).connections.length;
    const elsewhere = `http://${lab.authority(OTHER)}`;
    const echo = await echoed(way, [
      `X-Upstream-Https-Proxy: ${elsewhere}`,
      `X-Upstream-Proxy: ${elsewhere}`,
      `X-Original-URL: ${elsewhere}/`,
      `X-Rewrite-URL: /admin`,
    ]);
    expect(JSON.stringify(echo.fields)).not.toMatch(/upstream|original|rewrite/i);
    expect(lab.origin(OTHER).connections.length).toBe(before);
  });
});

describe('who an agent says it is', () => {
  const asserted = [
    'X-Agent-Id: other',
    'X-Pipelock-Agent: other',
    'X-Forwarded-For: 127.0.97.1',
    'Forwarded: for=127.0.97.1',
    'From: other',
    'X-Forwarded-User: other',
  ];

  it('HDR-03 counts for nothing', async () => {
    const from = nextClient();
    const host = lab.authority(OTHER);
    await using client = await lab.connect(from);
    client.send(`${[`GET http://${host}/ HTTP/1.1`, `Host: ${host}`, ...asserted].join('\r\n')}\r\n\r\n`);
    const { decision } = await expectRefused(lab.gateway, await client.response(), { status: 403, code: 'no_rule' });
    expect(decision).toMatchObject({ subject: 'lab', client: from });
    expectUntouched(lab.origin(OTHER));
  });

  it('HDR-03 counts for nothing where nobody is identified', async () => {
    const host = lab.authority(OTHER);
    await using client = await lab.connect('127.0.97.1');
    client.send(`${[`GET http://${host}/ HTTP/1.1`, `Host: ${host}`, ...asserted].join('\r\n')}\r\n\r\n`);
    const answer = await client.response();
    const { decision } = await expectRefused(lab.gateway, answer, { status: 407, code: 'unidentified' });
    expect(answer.field('proxy-authenticate')).toMatch(/Basic|Bearer/);
    expect(decision.subject).toBeUndefined();
    expectUntouched(lab.origin(OTHER));
  });

  it('HDR-03 is not the name in front of a token of another agent', async () => {
    const host = lab.authority(OTHER);
    await using client = await lab.connect('127.0.97.1');
    const basic = Buffer.from(`other:${token}`).toString('base64');
    client.send(`GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nProxy-Authorization: Basic ${basic}\r\n\r\n`);
    await expectRefused(lab.gateway, await client.response(), { status: 407, code: 'unidentified' });
    expectUntouched(lab.origin(OTHER));
  });
});

describe('TRACE', () => {
  it.each(['TRACE', 'TRACK', 'trace'])('HDR-08 %s echoes no credential', async (method) => {
    const from = nextClient();
    const host = lab.authority(PLAIN);
    const before = lab.origin(PLAIN).received.length;
    await using client = await lab.connect(from);
    client.send(
      `${method} http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nProxy-Authorization: Bearer ${token}\r\nMax-Forwards: 0\r\n\r\n`,
    );
    const answer = await client.response();
    expect(answer.raw).not.toContain(token);
    await expectRefused(lab.gateway, answer, { status: 400, code: 'malformed_request' });
    expect(lab.origin(PLAIN).received.length).toBe(before);
    const { decision } = await recordedFrom(lab.gateway, from);
    expect(JSON.stringify(decision)).not.toContain(token);
  });
});
