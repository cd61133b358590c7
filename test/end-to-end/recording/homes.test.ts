import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { VerifyLine } from '../../../src/admin/contract/audit.ts';
import type { SessionItem } from '../../../src/admin/contract/exchanges.ts';
import type { SimulateAnswer } from '../../../src/admin/contract/records.ts';
import type { Report } from '../../../src/reporting/report.ts';
import { cordon } from '../../cli/cordon.ts';
import { createTestCa } from '../../support/certificates.ts';
import { startGateway } from '../../support/gateway.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { linesOf, segmentPaths } from '../../support/record-files.ts';
import { ask, parrot } from '../masking/ask.ts';
import { startRecordReceiver, type RecordReceiver } from '../sinks/record-receiver.ts';
import { setSecret } from '../webhooks/hook-lab.ts';

const PARROT = 'parrot.de.lab.example';
const GERMAN = { from: '127.0.0.2', home: 'DE' };
const EUROPEAN = { from: '127.0.0.3', home: 'eu' };
const STATELESS = '127.0.0.4';
const RULES = ['{ id: recorded, to: [parrot-de-lab-example], then: permit, record: content }'];

interface Line {
  readonly kind: string;
  readonly home?: string;
  readonly subject?: string;
  readonly exchange?: string;
  readonly target?: string;
}

let lab: Lab;
let directory: string;
let receiver: RecordReceiver;

const agent = (id: string, from: string, home: string) => ({ id, home, identify: [{ cidr: [`${from}/32`] }] });
const agents = (europeanHome: string) => [
  agent('german', GERMAN.from, GERMAN.home),
  agent('european', EUROPEAN.from, europeanHome),
];
const origins = { [PARROT]: { country: 'DE', handler: parrot } } as const;
const settings = {
  node: { place: 'DE' },
  recordings: [
    { for: 'DE', directory: 'data/recordings', place: 'DE', default: true },
    { for: 'eu', directory: 'data/of-eu', place: 'DE', retention: '30d' },
  ],
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cordon-homes-'));
  const ca = await createTestCa('Receivers');
  receiver = await startRecordReceiver(ca, '127.0.10.191');
  lab = await startLab({
    origins,
    agents: agents('eu'),
    rules: RULES,
    settings: { ...settings, sinks: [{ type: 'http', url: receiver.url, secret: 'hook', place: 'DE' }] },
    gateway: { directory, keepDirectory: true, trust: [ca.pem] },
  });
  await setSecret(lab.gateway);
});
afterAll(async () => {
  await (receiver as RecordReceiver | undefined)?.[Symbol.asyncDispose]();
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

const STORES = { DE: 'recordings', eu: 'of-eu' } as const;
type Store = keyof typeof STORES;

const storeOf = (store: Store): string => join(directory, 'data', STORES[store]);
const writersOf = (store: Store): string[] => readdirSync(storeOf(store)).map((name) => join(storeOf(store), name));

function linesIn(store: Store): Line[] {
  return writersOf(store).flatMap((writer) => linesOf(writer).map((line) => JSON.parse(line) as Line));
}

/** The records of an exchange in a store, once it has ended there. */
async function exchangeIn(store: Store, target: string): Promise<readonly Line[]> {
  for (let tries = 0; tries < 200; tries++) {
    const lines = linesIn(store);
    const id = lines.find((line) => line.kind === 'decision' && line.target?.endsWith(target) === true)?.exchange;
    const found = lines.filter(({ exchange }) => id !== undefined && exchange === id);
    if (found.some(({ kind }) => kind === 'outcome')) return found;
    await pause(20);
  }
  throw new Error(`Found no exchange ${target} in ${store}: ${JSON.stringify(linesIn(store))}`);
}

async function asAuditor(): Promise<{ readonly authorization: string }> {
  const { content } = await lab.gateway.adminAsk('/v1/tokens', {
    json: { person: 'auditor@lab.example', role: 'auditor' },
    headers: { authorization: `Bearer ${await lab.gateway.adminToken()}` },
  });
  return { authorization: `Bearer ${(content as { token: string }).token}` };
}

const askAs = ({ from }: { readonly from: string }, target: string) =>
  ask(lab, PARROT, { from, target, content: 'a note', fields: ['Content-Type: text/plain'] });

describe('agents with different homes', () => {
  it('have their records, content too, in the directory of their home alone', async () => {
    expect((await askAs(GERMAN, '/german')).status).toBe(200);
    expect((await askAs(EUROPEAN, '/european')).status).toBe(200);
    const [german, european] = [await exchangeIn('DE', '/german'), await exchangeIn('eu', '/european')];
    for (const [home, records] of [
      ['DE', german],
      ['eu', european],
    ] as const) {
      expect(records.map(({ kind }) => kind)).toEqual(['decision', 'content', 'content', 'outcome']);
      expect(records.map((record) => record.home)).toEqual([home, undefined, undefined, home]);
    }
    expect(JSON.stringify(linesIn('eu'))).not.toContain(german[0]!.exchange);
    expect(JSON.stringify(linesIn('DE'))).not.toContain(european[0]!.exchange);
    // Every line of the one that is not the default concerns an agent at home there.
    const exchanges = linesIn('eu').map((line) => line.exchange);
    expect(new Set(exchanges)).toEqual(new Set([european[0]!.exchange]));
    expect(linesIn('DE').some(({ kind }) => kind === 'policy')).toBe(true);
  });

  it('have them under keys of their own', () => {
    const keyOf = (name: string) => readFileSync(join(directory, 'data/keys', `${name}.key`));
    expect(keyOf('records-eu').equals(keyOf('records'))).toBe(false);
    expect(keyOf('checkpoints-eu').equals(keyOf('checkpoints'))).toBe(false);
  });

  it('are listed together, and each is read from where it lies', async () => {
    const [{ exchange: german }] = (await exchangeIn('DE', '/german')) as [Line];
    const [{ exchange: european }] = (await exchangeIn('eu', '/european')) as [Line];
    await expect
      .poll(async () => JSON.stringify((await lab.gateway.adminGet('/v1/exchanges')).content))
      .toMatch(new RegExp(`${european}.*${german}|${german}.*${european}`));
    for (const id of [german, european]) {
      // The outcome is indexed a moment after its decision.
      const details = (): Promise<unknown> => lab.gateway.adminGet(`/v1/exchanges/${id}`);
      await expect.poll(details).toMatchObject({ content: { records: [{}, {}] } });
      const { content } = await lab.gateway.adminAsk(`/v1/exchanges/${id}/content`, { headers: await asAuditor() });
      expect(JSON.stringify(content)).toContain('a note');
    }
  });

  /** What the admin API gives an auditor, however long it takes. */
  async function given(path: string, json?: object): Promise<string> {
    const { address, port } = lab.gateway.admin;
    const { authorization } = await asAuditor();
    const answer = await fetch(`http://${address}:${port}${path}`, {
      headers: { authorization, ...(json !== undefined && { 'content-type': 'application/json' }) },
      ...(json !== undefined && { method: 'POST', body: JSON.stringify(json) }),
    });
    expect([path, answer.status]).toEqual([path, 200]);
    return await answer.text();
  }

  it('are in one list of sessions, each exported from where it lies', async () => {
    const sessions = JSON.parse(await given('/v1/sessions')) as { items: SessionItem[] };
    // Of the gateway itself there is one as soon as the sink was told.
    const items = sessions.items.filter(({ agent }) => agent !== 'cordon');
    expect(items.map(({ agent, home }) => `${agent} ${home}`).sort()).toEqual(['european eu', 'german DE']);
    for (const { id, agent } of items) expect(await given(`/v1/sessions/${id}/export?format=jsonl`)).toContain(`/${agent}`);
  });

  it('are reported, verified and simulated together', async () => {
    const writers = [...writersOf('DE'), ...writersOf('eu')].map((path) => basename(path)).sort();
    const report = JSON.parse(await given('/v1/report?jurisdiction=eu&since=1d')) as Report;
    expect(report.chains.map(({ writer, state }) => `${writer} ${state}`).sort()).toEqual(
      writers.map((each) => `${each} whole`),
    );
    expect(report.isComplete).toBe(true);
    expect(report.destinations.items).toContainEqual(expect.objectContaining({ host: PARROT, exchanges: 2 }));
    const verified = (await given('/v1/audit/verify')).trimEnd().split('\n');
    const lines = verified.map((line) => JSON.parse(line) as VerifyLine);
    expect(lines.at(-1)).toMatchObject({ kind: 'end', state: 'whole', writers: writers.length });
    const files = Object.entries(lab.policy([])).map(([name, text]) => ({ name, text }));
    const simulated = JSON.parse(await given('/v1/policy/simulate', { files })) as SimulateAnswer;
    // Without its rule both would be denied.
    const changed = simulated.result!.groups.map(({ subject, count }) => `${subject} ${count}`).sort();
    expect(changed).toEqual(['european 1', 'german 1']);
  });

  it('are copied to a sink from both stores', async () => {
    const exchangesOf = (lines: readonly string[]): string[] =>
      lines.filter((line) => /"kind":"(?:decision|content)"/.test(line));
    for (const store of ['DE', 'eu'] as const) {
      const [chain] = writersOf(store).filter((path) => exchangesOf(linesOf(path)).length > 0) as [string];
      const writer = `"writer":"${basename(chain)}"`;
      const copied = (): string[] => exchangesOf(receiver.lines().filter((line) => line.includes(writer)));
      const agents = (lines: readonly string[]): string[] => lines.filter((line) => !line.includes('"subject":"cordon"'));
      await expect.poll(() => agents(copied()), { timeout: 10_000 }).toEqual(agents(exchangesOf(linesOf(chain))));
    }
  });

  it('end what began at a home whose records lie elsewhere, and go on at the new one', async () => {
    const policy = lab.policy(RULES);
    const moved = Object.fromEntries(
      Object.entries(policy).map(([file, text]) => [file, text.replace('home: eu', 'home: DE')]),
    );
    expect(await lab.gateway.reload(moved)).toMatchObject({ change: 'loaded' });
    expect((await askAs(EUROPEAN, '/moved')).status).toBe(200);
    // On a busy machine a message is recorded in several pieces.
    const kinds = (await exchangeIn('DE', '/moved')).map(({ kind }) => kind);
    expect([...new Set(kinds)]).toEqual(['decision', 'content', 'outcome']);
    expect(linesIn('eu').some(({ target }) => target?.endsWith('/moved') === true)).toBe(false);
  });

  it('are refused with the policy where no store may have their records', async () => {
    const policy = lab.policy(RULES);
    const abroad = Object.fromEntries(
      Object.entries(policy).map(([file, text]) => [file, text.replace('home: eu', 'home: US')]),
    );
    expect(await lab.gateway.reload(abroad)).toMatchObject({
      change: 'refused',
      errors: expect.arrayContaining([
        expect.stringMatching(
          /^lab\.yaml:\d+:\d+: error: Found US, expected a home whose records may lie somewhere: No store of recordings is for all of US; there are those for DE, eu$/,
        ),
      ]),
    });
    expect((await ask(lab, PARROT, { from: STATELESS })).status).toBe(407);
  });

  it('can be verified each by itself after a kill, and commands see all of it', async () => {
    // Signed at most once a second.
    for (const writer of [...writersOf('DE'), ...writersOf('eu')])
      await expect.poll(() => existsSync(join(writer, 'checkpoint')), { timeout: 5_000 }).toBe(true);
    lab.gateway.signal('SIGKILL');
    await lab.gateway.exited;
    for (const store of ['DE', 'eu'] as const) {
      expect(await cordon(['verify', storeOf(store)], directory)).toMatchObject({ code: 0, err: '' });
    }
    const all = await cordon(['verify', '--json'], directory);
    const chains = [...writersOf('DE'), ...writersOf('eu')];
    expect(JSON.parse(all.out)).toHaveLength(chains.length);
    const key = join(directory, 'eu.audit');
    expect(await cordon(['verify', storeOf('eu'), '--write-key', key], directory)).toMatchObject({ code: 0 });
    expect(await cordon(['verify', storeOf('eu'), '--key', key], directory)).toMatchObject({ code: 0 });
    expect(await cordon(['verify', storeOf('DE'), '--key', key], directory)).toMatchObject({ code: 1 });
    const rebuilt = await cordon(['index', 'rebuild'], directory);
    expect(rebuilt.out).toContain(`exchanges of ${chains.length} writers`);
    const exported = await cordon(['sessions', 'export'], directory);
    expect(exported.out).toContain('/german');
    expect(exported.out).toContain('/european');
    expect(await cordon(['backup', 'copy'], directory)).toMatchObject({ code: 0 });
    expect(readdirSync(join(directory, 'copy/recordings'))).toHaveLength(chains.length + 1);
    expect(segmentPaths(writersOf('eu')[0]!)).toHaveLength(1);
  });

  it("AUD are told from each other where one store lies in the other one's place, though every key is at hand", async () => {
    const exchanged = (): void => {
      renameSync(storeOf('eu'), join(directory, 'data/aside'));
      renameSync(storeOf('DE'), storeOf('eu'));
      renameSync(join(directory, 'data/aside'), storeOf('DE'));
    };
    const [names, [european]] = [[...writersOf('DE'), ...writersOf('eu')].map((path) => basename(path)), writersOf('eu')];
    exchanged();
    const { code, out } = await cordon(['verify'], directory);
    expect(code).toBe(1);
    const where = `Found this writer in ${storeOf('DE')}, expected it in ${storeOf('eu')}`;
    expect(out).toContain(`${basename(european!)}: broken at writers: ${where}`);
    // That of a command which came and went within a minute is on no list: its keys tell.
    for (const name of names) expect(out).toMatch(new RegExp(`^${name}: broken at (?:writers|checkpoint): `, 'm'));
    // Without the list the keys of each store tell it too.
    renameSync(join(directory, 'data/writers'), join(directory, 'writers.kept'));
    const unlisted = await cordon(['verify'], directory);
    expect([unlisted.code, unlisted.out]).toEqual([
      1,
      expect.stringMatching(new RegExp(`(?:^\\w+: broken at checkpoint: Found a checkpoint signed by [^]*){2}`, 'm')),
    ]);
    exchanged();
    renameSync(join(directory, 'writers.kept'), join(directory, 'data/writers'));
    expect(await cordon(['verify'], directory)).toMatchObject({ code: 0 });
  });

  it('AUD miss the only writer of a store, with all of its directory: offline, in a copy, at the start, by the API and in reports', async () => {
    const [writer] = writersOf('eu') as [string];
    const name = basename(writer);
    const missing = `Found nothing of this writer in ${storeOf('eu')}, expected a chain of at least`;
    renameSync(writer, join(directory, 'aside'));
    const { code, out } = await cordon(['verify'], directory);
    expect([code, out]).toEqual([1, expect.stringContaining(`${name}: broken at writers: ${missing}`)]);
    // What was kept elsewhere says so of a copy.
    const kept = ['verify', storeOf('DE'), '--checkpoint', 'copy/recordings/writers'];
    expect(await cordon(kept, directory)).toMatchObject({ code: 0 });
    await using again = await startGateway({ rules: lab.policy(RULES), settings, directory, keepDirectory: true });
    await expect.poll(() => again.stderr).toContain('A writer of the record is not where it was');
    expect(again.stderr).toContain(missing);
    const minted = await cordon(['token', 'mint', '--role', 'auditor', '--person', 'audra@lab.example'], directory);
    const { address, port } = again.admin;
    const headers = { authorization: `Bearer ${minted.out.trim()}` };
    const lines = (await (await fetch(`http://${address}:${port}/v1/audit/verify`, { headers })).text()).trimEnd().split('\n');
    const expected = { kind: 'chain', writer: name, state: 'broken', segment: 'writers' };
    expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(expect.objectContaining(expected));
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ kind: 'end', state: 'broken' });
    const report = ['report', '--jurisdiction', 'eu', '--since', '1d', '--out', 'report.json'];
    expect(await cordon(report, directory)).toMatchObject({ code: 1, err: expect.stringContaining(missing) as string });
    await again.stop();
    renameSync(join(directory, 'aside'), writer);
    expect(await cordon(['verify'], directory)).toMatchObject({ code: 0 });
  });

  it('are warned of at the next start where a chain of anybody is not whole', async () => {
    // Of a writer that is no more: its name comes behind that of the one that the gateway goes on with.
    const [own] = writersOf('eu') as [string];
    const gone = join(storeOf('eu'), 'zz-gone');
    cpSync(own, gone, { recursive: true });
    renameSync(join(gone, '00000001.seg'), join(gone, '00000002.seg'));
    await using again = await startGateway({ rules: lab.policy(RULES), settings, directory, keepDirectory: true });
    await expect.poll(() => again.stderr).toContain('A part of the record is missing or torn');
    expect(again.stderr).toContain('Found no 00000001.seg, expected all from 00000001.seg to 00000002.seg');
  });

  it('are kept for the time of their own store', async () => {
    const config = join(directory, 'cordon.yaml');
    writeFileSync(config, readFileSync(config, 'utf8').replace('30d', '1s'));
    const [european] = writersOf('eu') as [string];
    const { code, out } = await cordon(['retention', 'run'], directory);
    expect([code, out]).toEqual([0, expect.stringContaining(`${basename(european)}: removed segments 1\n`)]);
    expect(readdirSync(european)).toContain('00000001.gone');
    expect(
      writersOf('DE')
        .flatMap((writer) => readdirSync(writer))
        .filter((name) => name.endsWith('.gone')),
    ).toEqual([]);
    expect(linesIn('DE').some(({ target }) => target?.endsWith('/german') === true)).toBe(true);
  });
});
