import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCa } from '../support/certificates.ts';
import { startLab, type Lab } from '../support/lab.ts';
import type { Script } from '../support/origin.ts';
import type { RawConnection } from '../support/raw-client.ts';
import { VaultServer } from '../support/vault-server.ts';

const API = 'api.de.lab.example';
const FIRST = 'sk-vault-first-7d1c';
const SECOND = 'sk-vault-second-9e2f';
const RULES = `
cordon: 1
credentials: [{ id: api-key, for: [api-de-lab-example], inject: { bearer: true } }]
rules: [{ id: all, to: [api-de-lab-example], then: permit, credential: api-key }]
`;

const stack = new AsyncDisposableStack();
let vault: VaultServer;
let lab: Lab;
/** Ends the answer to `/slow`. */
let goOn: () => void;

/** Says what it was sent; to `/slow` a part at once, and the rest when it is told to. */
const echoing: Script = async ({ target, fields, connection: { socket } }) => {
  const [, authorization = ''] = fields.find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  const content = `was ${authorization}`;
  socket.write(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${content.length}\r\n\r\n`);
  if (target === '/slow') await new Promise<void>((resolve) => (goOn = resolve));
  socket.write(content);
};

beforeAll(async () => {
  const ca = await createTestCa('Vault');
  vault = stack.use(await VaultServer.open({ tls: await ca.good('127.0.0.1'), appRoles: { gateway: 'secret-id-f00d' } }));
  lab = stack.use(
    await startLab({
      origins: { [API]: { country: 'DE', tls: 'good', handler: echoing } },
      rules: RULES,
      files: { 'secret-id.txt': 'secret-id-f00d\n', 'vault.pem': ca.pem },
      settings: {
        node: { place: 'DE' },
        secrets: {
          provider: 'vault',
          vault: {
            url: vault.url,
            place: 'DE',
            trust: 'rules/vault.pem',
            'app-role': { 'role-id': 'gateway', 'secret-id-file': 'rules/secret-id.txt' },
            'max-age': '1s',
          },
        },
      },
    }),
  );
});
afterAll(() => stack.disposeAsync());

async function ask(client: RawConnection, target: string): Promise<{ readonly status: number; readonly text: string }> {
  client.send(`GET ${target} HTTP/1.1\r\nHost: ${lab.authority(API)}\r\n\r\n`);
  const { status, content } = await client.response('GET');
  return { status, text: content.toString() };
}

async function get(
  target: string,
): Promise<{ readonly status: number; readonly text: string; readonly sent: string | undefined }> {
  await using client = await lab.https(API);
  const before = lab.origin(API).requests.length;
  const answer = await ask(client, target);
  const request = lab.origin(API).requests[before];
  return { ...answer, sent: request?.fields.find(([name]) => name.toLowerCase() === 'authorization')?.[1] };
}

/** Until Vault's value is the one that counts, which takes a second. */
async function getSending(value: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const { status, sent } = await get('/again');
    if (status === 200 && sent === `Bearer ${value}`) return;
    if (tries === 50) throw new Error(`Found ${status} with ${sent}`);
    await pause(100);
  }
}

describe('a credential in Vault', () => {
  it('is missing as any other while Vault has none: warned of at start, 503, and nothing is sent', async () => {
    expect(lab.gateway.stdout).toContain('credential api-key: Vault has no entry secret/cordon/api-key');
    expect(await get('/')).toMatchObject({
      status: 503,
      text: expect.stringContaining('credential_unavailable') as string,
      sent: undefined,
    });
  });

  it('goes to the origin, is taken out of what comes back, also when another has come meanwhile, and needs no restart', async () => {
    vault.put('cordon/api-key', { value: FIRST });
    await getSending(FIRST);
    await using client = await lab.https(API);
    const slow = ask(client, '/slow');
    await lab.origin(API).waitForRequests(lab.origin(API).requests.length + 1);
    vault.put('cordon/api-key', { value: SECOND });
    await getSending(SECOND);
    goOn();
    expect(await slow).toEqual({ status: 200, text: 'was Bearer REDACTED_SECRET' });
    expect(await get('/')).toEqual({ status: 200, text: 'was Bearer REDACTED_SECRET', sent: `Bearer ${SECOND}` });
  });

  it('counts no more when its time is over and Vault is sealed; the value that it had goes nowhere', async () => {
    vault.isSealed = true;
    await pause(1_000);
    expect(await get('/sealed')).toMatchObject({
      status: 503,
      text: expect.stringContaining('credential_unavailable') as string,
      sent: undefined,
    });
    const outcome = await lab.gateway.waitForRecord(
      ({ kind, ...record }) => kind === 'outcome' && 'code' in record && record.code === 'credential_unavailable',
    );
    expect(JSON.stringify(outcome)).not.toContain(SECOND);
    vault.isSealed = false;
    await getSending(SECOND);
  });

  it('is read in exchanges of the gateway itself, and stands in nothing that is written', async () => {
    const records = await lab.gateway.records();
    const reads = records.filter((record) => record.kind === 'decision' && record.session === 'secrets');
    expect(reads).toContainEqual(
      expect.objectContaining({ subject: 'cordon', target: `${vault.url}/v1/secret/data/cordon/api-key` }),
    );
    const written = await lab.gateway.everythingWritten();
    for (const hidden of [FIRST, SECOND, 'secret-id-f00d', ...vault.tokens]) expect(written).not.toContain(hidden);
    const { content } = await lab.gateway.adminGet('/metrics');
    for (const hidden of [FIRST, SECOND]) expect(String(content)).not.toContain(hidden);
  });
});
