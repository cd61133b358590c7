import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { cordon } from '../cli/cordon.ts';
import { startAuthorizationServer, type AuthorizationServer } from '../support/authorization-server.ts';
import { createTestCa } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { startLab, type Lab } from '../support/lab.ts';
import type { Script } from '../support/origin.ts';

const API = 'api.de.lab.example';
const LOGIN = '127.0.10.70';
const SECRETS = { robot: 'secret-of-robot/7d+1c', crawler: 'secret-of-crawler-9e2f' };
const RESOURCE = 'https://api.de.lab.example/';

const policy = (tokenUrl: string): string => `
cordon: 1
destinations:
  - { id: login, addresses: ["${LOGIN}/32"], ports: [${new URL(tokenUrl).port}], internal: { place: DE }, tls: { trust: login.pem } }
credentials:
  - { id: robot, for: [api-de-lab-example], inject: { oauth2: { token-url: "${tokenUrl}", client: "ro:bot", scopes: [read, write], resource: "${RESOURCE}" } } }
  - { id: crawler, for: [api-de-lab-example], inject: { oauth2: { token-url: "${tokenUrl}", client: crawler, authentication: client_secret_post } }, paths: ["/crawler/**"] }
rules:
  - { id: all, to: [api-de-lab-example], paths: ["/robot/**"], methods: [GET, POST], then: permit, credential: robot }
  - { id: crawling, to: [api-de-lab-example], paths: ["/crawler/**"], then: permit, credential: crawler }
`;

const stack = new AsyncDisposableStack();
let login: AuthorizationServer;
let lab: Lab;

/** Says what it was sent; takes no token at `/robot/401`. */
const echoing: Script = ({ target, fields, connection: { socket } }) => {
  const [, authorization = ''] = fields.find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  const content = `was ${authorization}, ${SECRETS.robot}`;
  const status = target === '/robot/401' ? '401 Unauthorized' : '200 OK';
  socket.write(`HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${content.length}\r\n\r\n${content}`);
};

beforeAll(async () => {
  const ca = await createTestCa('Authorization server');
  login = stack.use(
    await startAuthorizationServer({
      address: LOGIN,
      port: await freePort(),
      tls: await ca.good(LOGIN),
      clients: {
        'ro:bot': { secret: SECRETS.robot, shown: 'basic' },
        crawler: { secret: SECRETS.crawler, shown: 'post' },
      },
      lasting: 8,
      resource: RESOURCE,
    }),
  );
  lab = stack.use(
    await startLab({
      origins: { [API]: { country: 'DE', tls: 'good', handler: echoing } },
      rules: policy(login.tokenUrl),
      files: { 'login.pem': ca.pem },
      settings: { node: { place: 'DE' } },
    }),
  );
});
afterAll(() => stack.disposeAsync());

interface Answer {
  readonly status: number;
  readonly text: string;
  /** What the origin got for it, without `Bearer `; undefined: nothing. */
  readonly token: string | undefined;
}

async function ask(target: string, method = 'GET', content = ''): Promise<Answer> {
  await using client = await lab.https(API);
  const before = lab.origin(API).requests.length;
  const head = [`${method} ${target} HTTP/1.1`, `Host: ${lab.authority(API)}`, 'Authorization: Bearer of-the-agent'];
  client.send([...head, `Content-Length: ${content.length}`, '', content].join('\r\n'));
  const { status, content: answer } = await client.response(method);
  const request = lab.origin(API).requests[before];
  const [, field] = request?.fields.find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  return { status, text: answer.toString(), token: field?.replace(/^Bearer /, '') };
}

async function set(name: string, value: string): Promise<void> {
  const { directory } = lab.gateway;
  const config = join(directory, 'cordon.yaml');
  expect(await cordon(['secrets', 'set', name, '--config', config], directory, {}, value)).toMatchObject({ code: 0 });
}

describe('a token that the gateway fetches with the secret of an OAuth client', () => {
  it('is missing where the secret is: nothing is sent, not even to the token endpoint', async () => {
    expect(await ask('/robot/a')).toMatchObject({
      status: 503,
      text: expect.stringContaining('credential_unavailable') as string,
      token: undefined,
    });
    expect(login.asked).toBe(0);
  });

  it('goes out in place of what the agent sent, one for all, and neither it nor the secret comes back', async () => {
    await set('robot', SECRETS.robot);
    await set('crawler', 'not-the-secret-of-it');
    await expect.poll(async () => (await ask('/robot/a')).status, { timeout: 5_000 }).toBe(200);
    const asked = login.asked;
    const answers = await Promise.all([ask('/robot/b'), ask('/robot/c'), ask('/robot/d', 'POST', 'x')]);
    for (const { status, text } of answers) {
      expect({ status, text }).toEqual({ status: 200, text: 'was Bearer REDACTED_SECRET, REDACTED_SECRET' });
    }
    const tokens = new Set(answers.map(({ token }) => token));
    // One may have ended meanwhile.
    expect(login.asked - asked).toBeLessThanOrEqual(1);
    expect(tokens.size).toBe(login.asked - asked + 1);
    expect(await login.known(answers[0].token!)).toEqual({ client: 'ro:bot', scope: 'read write', audience: RESOURCE });
  });

  it('is dropped where the origin does not take it: the request is not sent again, the next one gets another', async () => {
    await pause(2_100);
    const before = lab.origin(API).requests.length;
    const refused = await ask('/robot/401', 'POST', 'once');
    expect(refused.status).toBe(401);
    expect(lab.origin(API).requests.length).toBe(before + 1);
    const { token: second } = await ask('/robot/a');
    expect(second).not.toBe(refused.token);
    expect(await login.known(second!)).toBeDefined();
  });

  it('is missing where the authorization server refuses, and the record says why without a word of its own', async () => {
    expect(await ask('/crawler/a')).toMatchObject({ status: 503, token: undefined });
    const outcome = await lab.gateway.waitForRecord(
      (record) => record.kind === 'outcome' && (record.detail?.includes('crawler') ?? false),
    );
    expect(outcome).toMatchObject({
      code: 'credential_unavailable',
      detail: 'The credential crawler: The token endpoint gives no token (status 401, invalid_client)',
    });
    await set('crawler', SECRETS.crawler);
    await expect.poll(async () => (await ask('/crawler/a')).status, { timeout: 5_000 }).toBe(200);
  });

  it('is fetched in exchanges of the gateway itself, named by explain, and stands in nothing that is written', async () => {
    const records = await lab.gateway.records();
    const fetched = records.filter((record) => record.kind === 'decision' && record.session === 'oauth2');
    expect(fetched).toContainEqual(expect.objectContaining({ subject: 'cordon', target: login.tokenUrl }));
    const { directory } = lab.gateway;
    const url = `https://${lab.authority(API)}/robot/a`;
    const explained = await cordon(
      ['explain', 'GET', url, '--agent', 'lab', '--config', join(directory, 'cordon.yaml')],
      directory,
    );
    expect(explained.out).toContain(`robot, a token from ${login.tokenUrl}`);
    const written = await lab.gateway.everythingWritten();
    const sent = lab.origin(API).requests.flatMap(({ fields }) => fields.filter(([name]) => name === 'authorization'));
    expect(sent.length).toBeGreaterThan(5);
    const hidden = [...Object.values(SECRETS), ...sent.map(([, value]) => value.replace('Bearer ', ''))];
    for (const each of hidden) expect(written).not.toContain(each);
  });
});
