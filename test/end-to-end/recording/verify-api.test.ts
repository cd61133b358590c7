import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { VerifyLine } from '../../../src/admin/contract/audit.ts';
import type { Role } from '../../../src/core/people/role.ts';
import { writerDirectories } from '../../../src/recording/reading/writer-directories.ts';
import { cordon } from '../../cli/cordon.ts';
import { segmentPaths } from '../../support/record-files.ts';
import { ConsoleLab, closeWindows, hasBrowser, needing } from '../console/console-lab.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { ask, parrot } from '../masking/ask.ts';

const GERMAN = 'api.de.lab.example';

let lab: Lab;
/** The chain of a command that has ended: nobody writes it while the tests change it. */
let former: string;

beforeAll(async () => {
  lab = await startLab({
    origins: { [GERMAN]: { country: 'DE', handler: parrot } },
    rules: ['{ id: at-home, to: [api-de-lab-example], then: permit }'],
  });
  await ask(lab, GERMAN, { target: '/' });
  // A command beside the gateway writes a chain of its own.
  const { code } = await cordon(['token', 'mint', '--person', 'eva@acme.example', '--role', 'viewer'], lab.gateway.directory);
  expect(code).toBe(0);
  const writers = writerDirectories(join(lab.gateway.directory, 'data', 'recordings'));
  expect(writers).toHaveLength(2);
  const { writer: own } = (await lab.gateway.waitForRecord(({ kind }) => kind === 'policy')) as unknown as { writer: string };
  former = writers.find((each) => basename(each) !== own)!;
});
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
  await closeWindows();
});

let minted = 0;
async function tokenFor(role: Role, scope: object = {}): Promise<string> {
  const headers = { authorization: `Bearer ${await lab.gateway.adminToken()}` };
  const json = { person: `${role}${minted++}@acme.example`, role, ...scope };
  const { status, content } = await lab.gateway.adminAsk('/v1/tokens', { method: 'POST', headers, json });
  expect(status).toBe(201);
  return (content as { token: string }).token;
}

function verify(token: string): Promise<Response> {
  const { address, port } = lab.gateway.admin;
  return fetch(`http://${address}:${port}/v1/audit/verify`, { headers: { authorization: `Bearer ${token}` } });
}

async function linesOf(response: Response): Promise<VerifyLine[]> {
  const text = await response.text();
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as VerifyLine);
}

/** What is changed of the former chain is put back after each test. */
const undo: (() => void)[] = [];
function change(path: string, to: (bytes: Buffer) => Buffer | undefined): void {
  const before = readFileSync(path);
  undo.push(() => writeFileSync(path, before));
  const after = to(Buffer.from(before));
  if (after === undefined) rmSync(path);
  else writeFileSync(path, after);
}
afterEach(() => {
  for (const each of undo.splice(0)) each();
});

describe('GET /v1/audit/verify', () => {
  it('finds the chains of a gateway that runs whole, telling how far it is', async () => {
    const auditor = await tokenFor('auditor');
    const response = await verify(auditor);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/jsonl']);
    const lines = await linesOf(response);
    const chains = lines.filter((line) => line.kind === 'chain');
    expect(chains.map(({ state }) => state)).toEqual(['whole', 'whole']);
    expect(lines.filter((line) => line.kind === 'progress').map(({ writer }) => writer)).toEqual(
      chains.map(({ writer }) => writer),
    );
    const records = chains.reduce((sum, chain) => sum + (chain.state === 'broken' ? 0 : chain.records), 0);
    expect(lines.at(-1)).toEqual({ kind: 'end', state: 'whole', writers: 2, records });
    expect(records).toBeGreaterThan(3);
  });

  it('says of each chain what the command says', async () => {
    const { out } = await cordon(['verify', '--json'], lab.gateway.directory);
    const writer = basename(former);
    const said = (JSON.parse(out) as { writer: string }[]).find((chain) => chain.writer === writer);
    const lines = await linesOf(await verify(await tokenFor('auditor')));
    expect(lines).toContainEqual({ kind: 'chain', ...said });
  });

  it.each<[string, (bytes: Buffer) => Buffer | undefined, object]>([
    [
      'changed',
      (bytes) => {
        bytes[bytes.length - 5]! ^= 1;
        return bytes;
      },
      { segment: '00000001.seg', reason: 'Found a block that was changed, or belongs elsewhere' },
    ],
    ['missing', () => undefined, { reason: expect.stringContaining('of a checkpoint: the end is missing') as string }],
    [
      'truncated',
      (bytes) => bytes.subarray(0, -1),
      { segment: '00000001.seg', reason: expect.stringMatching(/^Found \d+ bytes of a block, expected \d+$/) as string },
    ],
  ])('names the first record of a segment that is %s, and puts it on the record', async (_, to, found) => {
    const [path] = segmentPaths(former);
    change(path!, to);
    const lines = await linesOf(await verify(await tokenFor('auditor')));
    const broken = lines.find((line) => line.kind === 'chain' && line.state === 'broken');
    expect(broken).toMatchObject({ writer: basename(former), record: expect.any(Number), seq: expect.any(Number), ...found });
    expect(lines.at(-1)).toMatchObject({ kind: 'end', state: 'broken', writers: 2 });
    const ended = (await lab.gateway.records()).findLast(
      (record) => record.kind === 'admin' && record.action === 'records.verify-ended',
    );
    expect(ended).toMatchObject({ details: { state: 'broken', broken: [`${basename(former)}/00000001.seg`] } });
  });

  it('names a record that took the place of another', async () => {
    const [path] = segmentPaths(former);
    const writers = writerDirectories(dirname(former));
    const [other] = segmentPaths(writers.find((each) => each !== former)!);
    change(path!, () => readFileSync(other!));
    const lines = await linesOf(await verify(await tokenFor('auditor')));
    expect(lines.at(-1)).toMatchObject({ kind: 'end', state: 'broken' });
  });

  it('is on the record before it begins, with who asked', async () => {
    const auditor = await tokenFor('auditor');
    await linesOf(await verify(auditor));
    const person = `auditor${minted - 1}@acme.example`;
    const mine = (await lab.gateway.records()).filter((record) => record.kind === 'admin' && record.actor === person);
    expect(mine).toMatchObject([
      { action: 'records.verified', role: 'auditor' },
      { action: 'records.verify-ended', details: { state: 'whole', writers: 2 } },
    ]);
  });

  it('is for auditors whose role covers everybody', async () => {
    const asked = [
      await tokenFor('viewer'),
      await tokenFor('operator'),
      await lab.gateway.adminToken(),
      await tokenFor('auditor', { places: ['DE'] }),
    ];
    for (const token of asked) expect((await verify(token)).status).toBe(403);
    expect((await verify('cdp_forged')).status).toBe(401);
  });

  it('runs once at a time, and is free again when a reader has gone', async () => {
    const auditor = await tokenFor('auditor');
    const answers = await Promise.all([1, 2, 3].map(() => verify(auditor)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.map(({ headers }) => headers.get('retry-after'))).toEqual(['10', '10']);
    expect(await refused[0]!.json()).toMatchObject({ detail: 'The record is being verified already; ask again' });
    await answers.find(({ status }) => status === 200)?.body?.cancel();
    await expect.poll(async () => (await verify(auditor)).status, { timeout: 5000 }).toBe(200);
  });
});

describe.skipIf(!hasBrowser)(`the record, verified in the console (${needing})`, () => {
  it('says in words that it is whole, and which record is bad', async () => {
    await using desk = await ConsoleLab.start();
    const page = await desk.signIn(await desk.token('ada@acme.example', 'auditor'));
    await page.getByRole('link', { name: 'Exchanges' }).click();
    const card = page.getByRole('region', { name: 'Is the record whole?' });
    await card.getByRole('button', { name: 'Verify the record' }).click();
    await card.getByText(/^The record is whole: \d+ records of one writer$/).waitFor();
    const [writer] = writerDirectories(join(desk.lab.gateway.directory, 'data', 'recordings'));
    const [path] = segmentPaths(writer!);
    const bytes = readFileSync(path!);
    // Within the first block: what is appended later leaves it as it is.
    bytes[bytes.length - 5]! ^= 1;
    writeFileSync(path!, bytes);
    await card.getByRole('button', { name: 'Verify the record' }).click();
    await card.getByRole('alert').getByText('The record is broken').waitFor();
    expect(await card.getByRole('alert').textContent()).toContain('/00000001.seg: Found a block that was changed');
    const viewer = await desk.signIn(await desk.token('vera@acme.example', 'viewer'));
    await viewer.getByRole('link', { name: 'Exchanges' }).click();
    await viewer.getByRole('heading', { name: 'Newest first' }).waitFor();
    expect(await viewer.getByRole('button', { name: 'Verify the record' }).count()).toBe(0);
    expect(desk.violations).toEqual([]);
  });
});
