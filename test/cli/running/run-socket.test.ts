import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type Gateway } from '../../support/gateway.ts';
import { NO_NAMESPACES } from '../../support/isolated.ts';
import { cordonProcess } from '../cordon.ts';

const ENTRY = fileURLToPath(new URL('../../../scripts/cordon.mjs', import.meta.url));
const RULES = `cordon: 1
agents: [{ id: lab, home: eu, identify: [{ token: true }] }]
`;
const ORDER = { agent: 'lab', ttl: 60_000, isIsolated: false, by: 'local:tester' };

let gateway: Gateway;
beforeAll(async () => {
  // Longer than the address of a Unix socket can be.
  const directory = join(await mkdtemp(join(tmpdir(), 'cordon-runs-')), 'deep'.repeat(30));
  await mkdir(directory);
  gateway = await startGateway({ rules: RULES, directory, keepDirectory: true });
}, 30_000);
afterAll(async () => {
  const started = gateway as Gateway | undefined;
  await started?.[Symbol.asyncDispose]();
  if (started !== undefined) await rm(join(started.directory, '..'), { recursive: true, force: true });
});

/** By way of a directory with a shorter name: the socket's own path is too long for an address. */
async function said(text: string, until: 'answer' | 'end' = 'end'): Promise<string> {
  const short = await mkdtemp(join(tmpdir(), 'cordon-'));
  const link = join(short, 'runs');
  await symlink(join(gateway.directory, 'data/runs'), link);
  const socket = connect(join(link, 'run.sock'));
  let answer = '';
  socket
    .setEncoding('utf8')
    .on('data', (chunk: string) => (answer += chunk))
    .on('error', () => {});
  socket.write(text);
  if (until === 'answer') await once(socket, 'data');
  // Reset where it is closed before all was read.
  else await once(socket, 'close').catch(() => {});
  socket.destroy();
  await rm(short, { recursive: true });
  return answer;
}

const started: ChildProcess[] = [];
afterEach(() => {
  for (const command of started.splice(0)) command.kill();
});

/** A command that tells its token and then waits. */
function waiting(): ChildProcess {
  const script = 'console.log(new URL(process.env.https_proxy).password); setInterval(() => {}, 1000)';
  const argv = ['run', '--no-isolation', '--agent', 'lab', '--', process.execPath, '-e', script];
  const command = spawn(process.execPath, [ENTRY, ...argv], { cwd: gateway.directory, stdio: ['ignore', 'pipe', 'ignore'] });
  started.push(command);
  return command;
}

const tokenOf = async (command: ChildProcess): Promise<string> => {
  const [told] = (await once(command.stdout!, 'data')) as [Buffer];
  return told.toString().trim();
};

/** States of all tokens, the newest first. */
async function tokenStates(): Promise<Map<string, string>> {
  const { out } = await cordonProcess(['token', 'list', '--json'], gateway.directory);
  const { items } = JSON.parse(out) as { items: readonly { id: string; state: string }[] };
  return new Map(items.map(({ id, state }) => [id, state]));
}

const idOf = (token: string): string => /^cdn_([0-9a-f]{20})\./.exec(token)?.[1] ?? '';

describe('the socket of cordon run', () => {
  it('is for the owner of the data directory alone, however long its path is', async () => {
    const { mode } = await stat(join(gateway.directory, 'data/runs'));
    expect(mode & 0o777).toBe(0o700);
    expect(Buffer.byteLength(join(gateway.directory, 'data/runs/run.sock'))).toBeGreaterThan(108);
    const { code, out } = await cordonProcess(
      ['run', '--no-isolation', '--agent', 'lab', '--', 'sh', '-c', 'echo "$https_proxy"'],
      gateway.directory,
    );
    expect([code, out]).toEqual([0, expect.stringMatching(/^http:\/\/lab:cdn_[0-9a-f]{20}\..{43}@127\.0\.0\.1:\d+\n$/)]);
  });

  it.each([
    ['no JSON', 'GET / HTTP/1.1\r\n\r\n'],
    ['no object', '"lab"\n'],
    ['no agent', `${JSON.stringify({ ...ORDER, agent: 7 })}\n`],
    ['a token without end', `${JSON.stringify({ ...ORDER, ttl: 1e15 })}\n`],
    ['a token of the past', `${JSON.stringify({ ...ORDER, ttl: -1 })}\n`],
    ['somebody who is not of this machine', `${JSON.stringify({ ...ORDER, by: 'anna@acme.example' })}\n`],
    ['a line without end', 'x'.repeat(2 * 1024 * 1024)],
  ])('gives nothing for %s, and closes', async (_what, text) => {
    expect(await said(text)).toBe('');
  });

  it('refuses an agent that nobody declares with a sentence', async () => {
    const answer: unknown = JSON.parse(await said(`${JSON.stringify({ ...ORDER, agent: 'nobody' })}\n`));
    const sentence = 'the policy declares no agent "nobody", expected one of: lab';
    expect(answer).toEqual({ ok: false, failure: { kind: 'usage', sentence } });
  });

  it('has the token end with the connection, also of who was killed; both are on the record', async () => {
    const command = waiting();
    const id = idOf(await tokenOf(command));
    expect((await tokenStates()).get(id)).toBe('valid');
    command.kill('SIGKILL');
    const isOfIt = (action: string) => (record: { kind: string }) => {
      const { actor, subject, action: done } = record as { actor?: string; subject?: string; action?: string };
      return record.kind === 'admin' && done === action && subject === `token:${id}` && actor?.startsWith('local:') === true;
    };
    await gateway.waitForRecord(isOfIt('token.minted'));
    await gateway.waitForRecord(isOfIt('token.revoked'));
    await expect.poll(async () => (await tokenStates()).get(id), { timeout: 5_000 }).toBe('revoked');
  });

  it('a client that goes away before it has its answer leaves no token behind', async () => {
    const before = new Set((await tokenStates()).keys());
    await said(`${JSON.stringify(ORDER)}\n`, 'answer');
    await expect
      .poll(async () => [...(await tokenStates())].filter(([id]) => !before.has(id)).map(([, state]) => state), {
        timeout: 5_000,
      })
      .toEqual(['revoked']);
  });

  it('a command goes on through a restart of the gateway, and its token ends with it', async () => {
    const command = waiting();
    const id = idOf(await tokenOf(command));
    await gateway.stop();
    gateway = await startGateway({ rules: RULES, directory: gateway.directory, keepDirectory: true });
    expect((await tokenStates()).get(id)).toBe('valid');
    command.kill('SIGTERM');
    expect(await once(command, 'close')).toEqual([143, null]);
    expect((await tokenStates()).get(id)).toBe('revoked');
  });

  it('what a gateway left behind that was killed is in nobody’s way', async () => {
    gateway.signal('SIGKILL');
    await gateway.exited;
    const { code, err } = await cordonProcess(['run', '--no-isolation', '--agent', 'lab', '--', 'true'], gateway.directory);
    expect([code, err]).toEqual([3, expect.stringContaining('no gateway runs with the data directory')]);
    gateway = await startGateway({ rules: RULES, directory: gateway.directory, keepDirectory: true });
    const again = await cordonProcess(['run', '--no-isolation', '--agent', 'lab', '--', 'true'], gateway.directory);
    expect(again.code).toBe(0);
  });

  it('where it cannot be opened the gateway serves, and says what does not work', async () => {
    await gateway.stop();
    const runs = join(gateway.directory, 'data/runs');
    await rename(runs, `${runs}-before`);
    await writeFile(runs, 'a file');
    gateway = await startGateway({ rules: RULES, directory: gateway.directory, keepDirectory: true });
    expect((await gateway.adminGet('/readyz')).status).toBe(200);
    expect(gateway.stderr).toContain('cordon run does not work');
    await rm(runs);
  });
});

describe.skipIf(NO_NAMESPACES !== '')(`cordon run in namespaces${NO_NAMESPACES}`, () => {
  it('leaves variables alone whose names its own script uses, and gives away none of its own', async () => {
    await gateway.stop();
    gateway = await startGateway({ rules: RULES, directory: gateway.directory, keepDirectory: true });
    const env = { uid: 'u', node: 'n', cwd: 'c', options: 'o', cordon_lines: 'x' };
    const { out } = await cordonProcess(['run', '--agent', 'lab', '--', 'env'], gateway.directory, env);
    const lines = out.split('\n').filter((line) => /^(?:uid|node|cwd|options|cordon\w*|NODE_CHANNEL\w*)=/.test(line));
    expect(lines.toSorted()).toEqual(['cwd=c', 'node=n', 'options=o', 'uid=u']);
  });
});
