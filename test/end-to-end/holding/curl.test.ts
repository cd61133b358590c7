import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApprovalsAnswer } from '../../../src/admin/contract/approvals.ts';
import { cordonProcess } from '../../cli/cordon.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { describeOnPostgres, newPostgresSchema } from '../../store/engines.ts';
import { ConsoleLab, HELD, closeWindows, hasBrowser, needing } from '../console/console-lab.ts';
import { parrot } from '../masking/ask.ts';
import { startReplica } from './replica.ts';

// Two terminals and a browser, as issue 4 wants to see it: a held curl is let go by a person, and gets the answer of its origin.

const hasCurl = spawnSync('curl', ['--version']).status === 0;
const RULES = ['{ id: held, to: [held-de-lab-example], then: hold, approval: { by: [privacy], wait: 20s } }'];

/** The first terminal: what curl prints in the end. The origin answers with what it got. */
async function curl(lab: Lab, n: string): Promise<string> {
  const { address, port } = lab.gateway.proxy;
  const sent = ['-H', 'Content-Type: application/json', '-d', `{"n":"${n}"}`, '-w', ' %{http_code}'];
  const args = ['-sS', '--noproxy', '', '--proxy', `http://${address}:${port}`, ...sent, `http://${lab.authority(HELD)}/${n}`];
  return (await promisify(execFile)('curl', args, { timeout: 18_000 })).stdout;
}

/** The second one: approves the one request that waits, and says what it printed. */
async function approveBy({ gateway }: Lab, token: string): Promise<string> {
  const { address, port } = gateway.admin;
  const command = (...args: string[]) =>
    cordonProcess([...args, '--api', `http://${address}:${port}`], gateway.directory, { CORDON_TOKEN: token });
  const waiting = async (): Promise<readonly string[]> => {
    const { out } = await command('approvals', 'list', '--json');
    return (JSON.parse(out) as ApprovalsAnswer).items.map(({ id }) => id);
  };
  await expect.poll(waiting, { timeout: 10_000 }).toHaveLength(1);
  const [id = ''] = await waiting();
  const { code, out } = await command('approvals', 'approve', id, '--reason', 'looked at it');
  expect(code).toBe(0);
  return out;
}

describe.skipIf(!hasCurl || !hasBrowser)(`a curl that is held (${hasCurl ? needing : 'curl is missing'})`, () => {
  let lab: ConsoleLab;
  let token: string;

  beforeAll(async () => {
    lab = await ConsoleLab.start();
    token = await lab.token('paul@acme.example', 'approver', ['privacy']);
  });
  afterAll(async () => {
    await (lab as ConsoleLab | undefined)?.[Symbol.asyncDispose]();
    await closeWindows();
  });

  it('gets its answer when a person approves it in the console', async () => {
    const page = await lab.signIn(token);
    const waiting = curl(lab.lab, 'console');
    await page.getByRole('link', { name: /POST .*\/console/ }).click();
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByLabel('Your reason, for the record').fill('looked at it');
    await page.getByRole('button', { name: 'Approve now' }).click();
    expect(await waiting).toBe('{"n":"console"} 200');
  });

  it('gets it when a person approves it in a terminal', async () => {
    const waiting = curl(lab.lab, 'terminal');
    expect(await approveBy(lab.lab, token)).toMatch(/^approved \S+: it passes once/);
    expect(await waiting).toBe('{"n":"terminal"} 200');
  });
});

describeOnPostgres('a curl that is held at one of two replicas', () => {
  it.skipIf(!hasCurl)('gets its answer when a person approves it in a terminal, at the other one', async () => {
    await using opened = new AsyncDisposableStack();
    const url = await newPostgresSchema((drop) => opened.defer(async () => drop()));
    const settings = { node: { place: 'DE' }, store: { url, place: 'DE' } };
    const a = opened.use(await startLab({ origins: { [HELD]: { country: 'DE', handler: parrot } }, rules: RULES, settings }));
    const b = opened.use(await startReplica(a, RULES, settings));
    const { content } = await a.gateway.adminAsk('/v1/tokens', {
      json: { person: 'paul@acme.example', role: 'approver', groups: ['privacy'] },
      headers: { authorization: `Bearer ${await a.gateway.adminToken()}` },
    });
    const waiting = curl(a, 'replica');
    expect(await approveBy(b, (content as { token: string }).token)).toMatch(/^approved \S+: it passes once/);
    expect(await waiting).toBe('{"n":"replica"} 200');
    expect(a.origin(HELD).requests).toHaveLength(1);
  });
});
