import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cordon } from '../../cli/cordon.ts';
import { startGateway } from '../../support/gateway.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { linesOf, segmentPaths } from '../../support/record-files.ts';
import { ask, parrot } from '../masking/ask.ts';

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
  lab = await startLab({ origins, agents: agents('eu'), rules: RULES, settings, gateway: { directory, keepDirectory: true } });
});
afterAll(async () => {
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
      expect(await lab.gateway.adminGet(`/v1/exchanges/${id}`)).toMatchObject({ content: { records: [{}, {}] } });
      const { content } = await lab.gateway.adminAsk(`/v1/exchanges/${id}/content`, { headers: await asAuditor() });
      expect(JSON.stringify(content)).toContain('a note');
    }
  });

  it('end what began at a home whose records lie elsewhere, and go on at the new one', async () => {
    const policy = lab.policy(RULES);
    const moved = Object.fromEntries(
      Object.entries(policy).map(([file, text]) => [file, text.replace('home: eu', 'home: DE')]),
    );
    expect(await lab.gateway.reload(moved)).toMatchObject({ change: 'loaded' });
    expect((await askAs(EUROPEAN, '/moved')).status).toBe(200);
    expect((await exchangeIn('DE', '/moved')).map(({ kind }) => kind)).toEqual(['decision', 'content', 'content', 'outcome']);
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
    expect(JSON.parse(all.out)).toHaveLength(2);
    const key = join(directory, 'eu.audit');
    expect(await cordon(['verify', storeOf('eu'), '--write-key', key], directory)).toMatchObject({ code: 0 });
    expect(await cordon(['verify', storeOf('eu'), '--key', key], directory)).toMatchObject({ code: 0 });
    expect(await cordon(['verify', storeOf('DE'), '--key', key], directory)).toMatchObject({ code: 1 });
    const rebuilt = await cordon(['index', 'rebuild'], directory);
    expect(rebuilt.out).toMatch(/exchanges of 2 writers/);
    const exported = await cordon(['sessions', 'export'], directory);
    expect(exported.out).toContain('/german');
    expect(exported.out).toContain('/european');
    expect(await cordon(['backup', 'copy'], directory)).toMatchObject({ code: 0 });
    expect(readdirSync(join(directory, 'copy/recordings'))).toHaveLength(3);
    expect(segmentPaths(writersOf('eu')[0]!)).toHaveLength(1);
  });

  it("AUD are told from each other where one store lies in the other one's place, though every key is at hand", async () => {
    const exchanged = (): void => {
      renameSync(storeOf('eu'), join(directory, 'data/aside'));
      renameSync(storeOf('DE'), storeOf('eu'));
      renameSync(join(directory, 'data/aside'), storeOf('DE'));
    };
    const [german, european] = [basename(writersOf('DE')[0]!), basename(writersOf('eu')[0]!)];
    exchanged();
    const { code, out } = await cordon(['verify'], directory);
    expect(code).toBe(1);
    for (const [writer, here, there] of [
      [german, 'eu', 'DE'],
      [european, 'DE', 'eu'],
    ] as const)
      expect(out).toContain(
        `${writer}: broken at writers: Found this writer in ${storeOf(here)}, expected it in ${storeOf(there)}`,
      );
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
});
