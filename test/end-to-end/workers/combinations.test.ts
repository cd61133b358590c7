import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { X509Certificate } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerifyLine } from '../../../src/admin/contract/audit.ts';
import { cordon } from '../../cli/cordon.ts';
import { createTestCa, type TestCa } from '../../support/certificates.ts';
import { MANIFEST_FILE } from '../../../src/destination/update/manifest.ts';
import { dataDirectory } from '../../destination/support/tables.ts';
import { freePort } from '../../support/free-port.ts';
import { writeListenerFiles } from '../../support/listener-files.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { RawConnection, type Address } from '../../support/raw-client.ts';
import { linesOf } from '../../support/record-files.ts';
import { tlsOver } from '../../support/tunnel-client.ts';
import { ask, EMAIL, parrot } from '../masking/ask.ts';
import { startRecordReceiver, type RecordReceiver } from '../sinks/record-receiver.ts';
import { again, approverToken, decide, hold, setSecret } from '../webhooks/hook-lab.ts';
import { startReceiver, type Receiver } from '../webhooks/receiver.ts';
import { Crew } from './crew.ts';

const PLAIN = 'plain.de.lab.example';
const SECURE = 'secure.de.lab.example';
const MODEL = 'model.de.lab.example';
const HELD = 'held.de.lab.example';
const BALANCER = '127.0.98.1';
/** Agents by where they come from. */
const FROM = { german: '127.0.0.2', european: '127.0.0.3', behind: '203.0.113.7' } as const;
const AGENTS = [
  { id: 'bot', home: 'DE', identify: [{ certificate: 'spiffe://acme/bot' }] },
  { id: 'german', home: 'DE', identify: [{ cidr: [`${FROM.german}/32`, '127.0.0.1/32'] }] },
  { id: 'european', home: 'eu', identify: [{ cidr: [`${FROM.european}/32`] }] },
  { id: 'behind', home: 'DE', identify: [{ cidr: [`${FROM.behind}/32`] }] },
];
const RULES = [
  '{ id: open, to: [plain-de-lab-example, secure-de-lab-example], then: permit }',
  '{ id: model, to: [model-de-lab-example], then: permit, mask: { request: { entities: [pii], as: token } } }',
  '{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], wait: 2s } }',
];
const STORES = { DE: 'recordings', eu: 'of-eu' } as const;

interface Line {
  readonly kind: string;
  readonly writer: string;
  readonly seq: number;
  readonly exchange?: string;
  readonly session?: string;
  readonly subject?: string;
  readonly client?: string;
  readonly target?: string;
}

const stack = new AsyncDisposableStack();
let directory: string;
let lab: Lab;
let clients: TestCa;
let servers: TestCa;
let listenerCa: string;
let listeners: Readonly<Record<'tls' | 'proxied', Address>>;
let sink: RecordReceiver;
let hook: Receiver;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cordon-lab-'));
  servers = await createTestCa('Listeners and receivers');
  clients = await createTestCa('Clients');
  listenerCa = servers.pem;
  await writeListenerFiles(directory, { servers, clients });
  sink = stack.use(await startRecordReceiver(servers, '127.0.10.191'));
  hook = stack.use(await startReceiver(servers));
  const at = async (): Promise<Address> => ({ address: '127.0.0.1', port: await freePort() });
  listeners = { tls: await at(), proxied: await at() };
  const text = ({ address, port }: Address): string => `${address}:${port}`;
  const tls = { certificate: 'listener.pem', key: 'listener.key', 'client-ca': 'clients.pem', crl: 'revoked.crl' };
  const hooked = {
    url: hook.url,
    secret: 'hook',
    place: 'DE',
    events: ['approval.pending', 'approval.approved', 'approval.passed'],
  };
  lab = stack.use(
    await startLab({
      agents: AGENTS,
      origins: {
        [PLAIN]: { country: 'DE' },
        [SECURE]: { country: 'DE', tls: await servers.good(SECURE) },
        [MODEL]: { country: 'DE', handler: parrot },
        [HELD]: { country: 'DE', handler: parrot },
      },
      rules: RULES,
      settings: {
        workers: 2,
        node: { place: 'DE' },
        recordings: [
          { for: 'DE', directory: 'data/recordings', place: 'DE', default: true },
          { for: 'eu', directory: 'data/of-eu', place: 'DE' },
        ],
        sinks: [{ type: 'http', url: sink.url, secret: 'hook', place: 'DE' }],
        webhooks: [hooked],
      },
      gateway: {
        directory,
        trust: [servers.pem],
        listeners: [
          { address: text(listeners.tls), tls },
          { address: text(listeners.proxied), 'proxy-protocol': { from: [`${BALANCER}/32`] } },
        ],
      },
    }),
  );
  await setSecret(lab.gateway);
});
afterAll(() => stack.disposeAsync());

function linesIn(store: keyof typeof STORES): readonly string[] {
  const root = join(directory, 'data', STORES[store]);
  return readdirSync(root).flatMap((writer) => linesOf(join(root, writer)));
}

const recorded = (store: keyof typeof STORES = 'DE'): readonly Line[] => linesIn(store).map((line) => JSON.parse(line) as Line);

/** Decisions about a path, once there are so many: one of each worker at least. */
async function decidedByBoth(path: string, count: number, store: keyof typeof STORES = 'DE'): Promise<readonly Line[]> {
  const found = () => recorded(store).filter(({ kind, target }) => kind === 'decision' && target?.endsWith(path) === true);
  await expect.poll(() => found().length).toBe(count);
  expect(new Set(found().map(({ writer }) => writer)).size, 'workers that decided').toBe(2);
  return found();
}

async function whoami(client: RawConnection): Promise<unknown> {
  client.send('GET http://cordon.internal/whoami HTTP/1.1\r\nHost: cordon.internal\r\n\r\n');
  return JSON.parse((await client.response()).content.toString());
}

async function getPlain(client: RawConnection, path: string): Promise<number> {
  const authority = lab.authority(PLAIN);
  client.send(`GET http://${authority}${path} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  return (await client.response()).status;
}

async function asAuditor(): Promise<{ readonly authorization: string }> {
  const { content } = await lab.gateway.adminAsk('/v1/tokens', {
    json: { person: 'audra@acme.example', role: 'auditor' },
    headers: { authorization: `Bearer ${await lab.gateway.adminToken()}` },
  });
  return { authorization: `Bearer ${(content as { token: string }).token}` };
}

describe('two workers take in', () => {
  it('clients that show certificates', async () => {
    const { cert, key } = await clients.issue({ hosts: [], uris: ['spiffe://acme/bot'], usage: 'client' });
    for (const _ of [1, 2]) {
      const raw = await RawConnection.open(listeners.tls);
      const secure = await tlsOver(raw.release(), '127.0.0.1', { ca: listenerCa, cert, key });
      await using client = new RawConnection(secure);
      expect(await whoami(client)).toMatchObject({ agent: 'bot' });
      expect(await getPlain(client, '/shown')).toBe(200);
    }
    expect((await decidedByBoth('/shown', 2)).map(({ subject }) => subject)).toEqual(['bot', 'bot']);
  });

  it('clients that are shown another certificate, once the primary has told both', async () => {
    const { cert, key } = await servers.good('localhost', '127.0.0.1');
    await writeFile(join(directory, 'listener.pem'), cert);
    await writeFile(join(directory, 'listener.key'), key);
    lab.gateway.signal('SIGHUP');
    const seen = async (): Promise<string> => {
      const raw = await RawConnection.open(listeners.tls);
      const secure = await tlsOver(raw.release(), '127.0.0.1', { ca: listenerCa });
      const { fingerprint256 } = secure.getPeerCertificate();
      secure.destroy();
      return fingerprint256;
    };
    const renewed = new X509Certificate(cert).fingerprint256;
    // In turn: each worker has two of them.
    const four = async (): Promise<readonly string[]> => [await seen(), await seen(), await seen(), await seen()];
    await expect.poll(four, { timeout: 10_000 }).toEqual([renewed, renewed, renewed, renewed]);
  });

  it('nobody whose certificate was revoked, once the primary has told both', async () => {
    const shown = await clients.issue({ hosts: [], uris: ['spiffe://acme/bot'], usage: 'client' });
    const status = async (): Promise<number> => {
      const raw = await RawConnection.open(listeners.tls);
      await using client = new RawConnection(await tlsOver(raw.release(), '127.0.0.1', { ca: listenerCa, ...shown }));
      client.send('GET http://cordon.internal/whoami HTTP/1.1\r\nHost: cordon.internal\r\n\r\n');
      return (await client.response()).status;
    };
    const four = async (): Promise<readonly number[]> => [await status(), await status(), await status(), await status()];
    expect(await four()).toEqual([200, 200, 200, 200]);
    await writeFile(join(directory, 'revoked.crl'), await clients.revoking([shown]));
    lab.gateway.signal('SIGHUP');
    await expect.poll(four, { timeout: 10_000 }).toEqual([407, 407, 407, 407]);
  });

  it('clients that a balancer speaks for', async () => {
    for (const port of [40_001, 40_002]) {
      await using client = await RawConnection.open(listeners.proxied, BALANCER);
      client.send(`PROXY TCP4 ${FROM.behind} 198.51.100.1 ${port} 3128\r\n`);
      expect(await getPlain(client, '/balanced')).toBe(200);
    }
    const decided = await decidedByBoth('/balanced', 2);
    expect(decided.map(({ subject, client }) => [subject, client])).toEqual([
      ['behind', FROM.behind],
      ['behind', FROM.behind],
    ]);
  });

  it('HTTP/2 in tunnels, under one interception CA', async () => {
    for (const _ of [1, 2]) {
      await using client = await lab.http2(SECURE, { from: FROM.german });
      const both = [client.request({ ':path': '/h2' }), client.request({ ':path': '/h2' })];
      expect((await Promise.all(both)).map(({ status }) => status)).toEqual([200, 200]);
    }
    await decidedByBoth('/h2', 4);
  });

  it('agents at home elsewhere, whose records lie there, by a chain of each worker', async () => {
    for (const _ of [1, 2]) expect((await ask(lab, PLAIN, { from: FROM.european, target: '/eu' })).status).toBe(200);
    await decidedByBoth('/eu', 2, 'eu');
    expect(linesIn('DE').join('\n')).not.toContain('/eu');
  });
});

describe('what one worker has done', () => {
  it('the other one goes on with: a token that stood for a value comes back as the value', async () => {
    const fields = ['Content-Type: text/plain'];
    const askModel = (content: string) => ask(lab, MODEL, { from: FROM.german, target: '/model', content, fields });
    expect((await askModel(`write to ${EMAIL}`)).content.toString()).toBe(`write to ${EMAIL}`);
    const sent = lab.origin(MODEL).requests.at(-1)!.content.toString();
    const [token = ''] = /EMAIL_[a-z0-9]{12}/.exec(sent) ?? [];
    expect(sent).toBe(`write to ${token}`);
    // The other worker has never seen the value.
    expect((await askModel(`who is ${token}?`)).content.toString()).toBe(`who is ${EMAIL}?`);
    expect((await askModel(`again: ${EMAIL}`)).content.toString()).toBe(`again: ${EMAIL}`);
    expect((await askModel(`and once more: ${EMAIL}`)).content.toString()).toBe(`and once more: ${EMAIL}`);
    const later = lab
      .origin(MODEL)
      .requests.slice(-2)
      .map(({ content }) => content.toString());
    expect(later).toEqual([`again: ${token}`, `and once more: ${token}`]);
    await decidedByBoth('/model', 4);
  });

  it('is told to webhooks once', async () => {
    const paul = await approverToken(lab);
    const ids: string[] = [];
    for (const n of [1, 2]) {
      const id = await hold(lab, n);
      ids.push(id);
      await decide(lab, paul, id, 'approve');
      expect(await again(lab, n)).toBe(200);
    }
    const told = () => hook.messages().map(({ type, data }) => `${type} ${String(data['id'])}`);
    await expect.poll(() => told().length, { timeout: 15_000 }).toBeGreaterThanOrEqual(6);
    const expected = ids.flatMap((id) => [`approval.approved ${id}`, `approval.passed ${id}`, `approval.pending ${id}`]);
    expect(told().toSorted()).toEqual(expected.toSorted());
  });

  it('is told to whoever watches', async () => {
    const { address, port } = lab.gateway.admin;
    const headers = { authorization: `Bearer ${await lab.gateway.adminToken()}` };
    const watching = new AbortController();
    const events = await fetch(`http://${address}:${port}/v1/events`, { headers, signal: watching.signal });
    const told = { text: '' };
    const reading = (async () => {
      for await (const chunk of events.body!) told.text += Buffer.from(chunk).toString();
    })().catch(() => undefined);
    for (const n of [3, 4]) await hold(lab, n);
    const pending = () => told.text.match(/^event: approval\.pending$/gm)?.length ?? 0;
    await expect.poll(pending, { timeout: 5_000 }).toBe(2);
    await expect.poll(() => told.text, { timeout: 5_000 }).toContain('event: exchanges.indexed');
    watching.abort();
    await reading;
  });

  it('rests on the same tables after an update', async () => {
    const crew = new Crew(lab);
    const { items: before } = await crew.health();
    const updated = await dataDirectory({ aws: '192.0.2.0/24,aws,eu-central-1,EC2' });
    await mkdir(join(directory, 'data/geo'), { recursive: true });
    // The manifest comes last, as `geo update` has it.
    for (const file of ['aws.csv', MANIFEST_FILE]) await cp(join(updated, 'geo', file), join(directory, 'data/geo', file));
    const { items } = await crew.until(({ items: now }) =>
      now.every(({ generation = 0 }, index) => generation > (before[index]?.generation ?? 0)),
    );
    expect(items.map(({ state }) => state)).toEqual(['ready', 'ready']);
    const status = (await lab.gateway.adminGet('/v1/tables')).content;
    expect(JSON.stringify(status)).toContain('aws');
  });

  it('is copied to sinks whole and once, of every chain', async () => {
    const lines = () => [...linesIn('DE'), ...linesIn('eu')].filter((line) => line.includes('"client":"127.0.0.'));
    await expect.poll(() => lines().filter((line) => !sink.lines().includes(line)), { timeout: 15_000 }).toEqual([]);
    const copied = sink.batches().flatMap((batch) => batch.lines.map((line) => JSON.parse(line) as Line));
    const keys = copied.map(({ writer, seq }) => `${writer} ${seq}`);
    expect(new Set(keys).size).toBe(keys.length);
    // The primary has a chain, each worker one for each home.
    expect(new Set(copied.map(({ writer }) => writer)).size).toBeGreaterThanOrEqual(5);
  });

  it('is listed in one, and shown', async () => {
    const ids = recorded().flatMap(({ kind, target, exchange }) =>
      kind === 'decision' && /\/(?:shown|balanced|model)$/.test(target ?? '') ? [exchange!] : [],
    );
    expect(ids).toHaveLength(8);
    const listed = async () => {
      const { items } = (await lab.gateway.adminGet('/v1/exchanges?limit=100')).content as {
        items: { id: string; session: string }[];
      };
      return items;
    };
    await expect.poll(async () => (await listed()).map(({ id }) => id)).toEqual(expect.arrayContaining(ids) as unknown);
    for (const id of ids) {
      expect(await lab.gateway.adminGet(`/v1/exchanges/${id}`)).toMatchObject({ content: { records: [{}, {}] } });
    }
    const { session } = recorded().find(({ target, kind }) => kind === 'decision' && target?.endsWith('/model') === true)!;
    const sessions = (await lab.gateway.adminGet('/v1/sessions')).content as {
      items: { id: string; decisions: { permit: number } }[];
    };
    const counted = (await listed()).filter((each) => each.session === session).length;
    expect(sessions.items.find(({ id }) => id === session)).toMatchObject({ decisions: { permit: counted } });
  });

  it('is found whole while it goes on, through the API and by the command', async () => {
    const { address, port } = lab.gateway.admin;
    const answer = await fetch(`http://${address}:${port}/v1/audit/verify`, { headers: await asAuditor() });
    const lines = (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as VerifyLine);
    const chains = lines.flatMap((line) => (line.kind === 'chain' ? [line.state] : []));
    expect(chains.length).toBeGreaterThanOrEqual(5);
    expect(new Set(chains)).toEqual(new Set(['whole']));
    expect(lines.at(-1)).toMatchObject({ kind: 'end', state: 'whole', writers: chains.length });
    expect(await cordon(['verify', '--config', 'cordon.yaml'], directory)).toMatchObject({ code: 0 });
  });
});
