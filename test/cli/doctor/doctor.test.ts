import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RuntimeReport } from '../../../src/cli/doctor/check-runtimes.ts';
import type { Check } from '../../../src/cli/doctor/check.ts';
import { directoryWith } from '../../config/temporary-directory.ts';
import { missing, NO_NAMESPACES } from '../../support/isolated.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { cordon, cordonProcess, RULES, type Ended } from '../cordon.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    agents: [{ id: 'lab', home: 'eu', identify: [{ token: true }] }],
    origins: {},
    rules: ['{ id: nothing, to: { hosts: [a.example] }, then: deny }'],
    settings: { node: { place: 'DE' } },
  });
}, 30_000);
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

interface Report {
  readonly ok: boolean;
  readonly agent: string;
  readonly checks: readonly Check[];
  readonly runtimes: readonly RuntimeReport[];
}

/** What isolation needs of the machine, whatever else is on the PATH. */
const MACHINE = ['unshare', 'setpriv', 'mount', 'umount', 'findmnt', 'sh', 'env', 'cp', 'mkdir', 'rmdir'];
const PYTHON = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout?.trim();

/** A PATH with these programs of the machine alone. */
function pathWith(...programs: readonly string[]): string {
  const directory = directoryWith({ '.keep': '' });
  for (const program of [...MACHINE, ...programs]) {
    const found = { node: process.execPath, python3: PYTHON }[program] ?? which(program);
    if (found !== undefined && found !== '') symlinkSync(found, join(directory, program));
  }
  return directory;
}

function which(program: string): string {
  return spawnSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();
}

function doctor(env: Readonly<Record<string, string>>, ...more: readonly string[]): Promise<Ended> {
  return cordonProcess(['doctor', '--config', 'cordon.yaml', ...more], lab.gateway.directory, env);
}

const INSTALLED = ['curl', 'node', 'python3', 'git'].filter((program) => program === 'node' || missing(program) === '');

describe('cordon doctor', () => {
  it(`shows that what is installed goes through the gateway and trusts it: ${INSTALLED.join(', ')}`, async () => {
    const ended = await doctor({ PATH: pathWith(...INSTALLED), HOME: directoryWith({ '.keep': '' }) }, '--json');
    const { ok, agent, checks, runtimes } = JSON.parse(ended.out) as Report;
    expect([ended.code, ok, agent], ended.out).toEqual([0, true, 'lab']);
    const states = Object.fromEntries(checks.filter(({ name }) => name !== 'tables').map(({ name, state }) => [name, state]));
    const isolation = NO_NAMESPACES === '' ? 'ok' : 'warning';
    expect(states).toEqual({ gateway: 'ok', agent: 'ok', 'data.directory': 'ok', 'node.place': 'ok', 'cordon run': isolation });
    expect(runtimes.find(({ name }) => name === 'node')).toMatchObject({
      proxy: 'yes',
      ca: 'yes',
      agent: 'yes',
      keptIn: 'yes',
    });
    expect(runtimes.map(({ name }) => name)).toEqual(expect.arrayContaining(INSTALLED.filter((name) => name !== 'python3')));
    for (const { name, proxy, ca, agent: known, keptIn } of runtimes) {
      expect([name, proxy, ca, known ?? 'yes', keptIn]).toEqual([name, 'yes', 'yes', 'yes', 'yes']);
    }
    expect(INSTALLED.includes('python3')).toBe(runtimes.some(({ name }) => name === 'python urllib'));
    // Six programs at once, some of which take their time to give up.
  }, 60_000);

  it(`sees who goes past the gateway, and says what mends it${missing('curl')}`, async (context) => {
    if (missing('curl') !== '') context.skip();
    const HOME = directoryWith({ '.curlrc': 'noproxy = "*"\n', '.gitconfig': '[http]\n\tproxy = ""\n' });
    const ended = await doctor({ PATH: pathWith('curl', 'git'), HOME }, '--json');
    const { ok, runtimes } = JSON.parse(ended.out) as Report;
    expect([ended.code, ok]).toEqual([1, false]);
    const [curl, git] = runtimes;
    expect(curl).toMatchObject({ name: 'curl', proxy: 'no', keptIn: 'no' });
    expect(curl?.checks).toEqual([
      {
        name: 'curl',
        state: 'failed',
        found: expect.stringMatching(/does not go through.*resolve/),
        mend: expect.stringContaining('~/.curlrc'),
      },
      {
        name: 'curl',
        state: 'warning',
        found: expect.stringContaining('goes past'),
        mend: expect.stringContaining('cordon run'),
      },
    ]);
    if (missing('git') === '') expect(git).toMatchObject({ name: 'git', proxy: 'no', keptIn: 'no' });
  });

  it(`sees who does not trust the CA, in words for people${missing('curl')}`, async (context) => {
    if (missing('curl') !== '') context.skip();
    const HOME = directoryWith({ '.curlrc': 'cacert = /dev/null\n' });
    const { code, out } = await doctor({ PATH: pathWith('curl'), HOME });
    expect(code).toBe(1);
    expect(out).toMatch(/^RUNTIME +PROXY +CA +AGENT +KEPT IN +VERSION\ncurl +yes +no +- +yes +curl /m);
    expect(out).toMatch(/^failed: curl: does not trust the CA of the gateway: .*\n {2}take cacert out of ~\/\.curlrc/m);
  });

  it('leaves no token behind', async () => {
    const listed = await cordon(['token', 'list', '--config', 'cordon.yaml', '--json'], lab.gateway.directory);
    const { items } = JSON.parse(listed.out) as { items: readonly { agent?: string; state: string }[] };
    const ofAgent = items.filter(({ agent }) => agent === 'lab').map(({ state }) => state);
    expect([ofAgent.length > 0, ofAgent.filter((state) => state === 'active')]).toEqual([true, []]);
  });

  it('sees what others can get at, a gateway that is not there, and a place that is not stated', async () => {
    const cwd = directoryWith({ 'rules/base.yaml': RULES });
    mkdirSync(join(cwd, 'data/keys'), { recursive: true, mode: 0o700 });
    writeFileSync(join(cwd, 'data/keys/some.key'), '');
    chmodSync(join(cwd, 'data/keys/some.key'), 0o640);
    const argv = ['doctor', '--json', '--set', 'listen.proxy=127.0.0.1:1'];
    const ended = await cordonProcess(argv, cwd, { PATH: pathWith('curl') });
    const { checks, runtimes } = JSON.parse(ended.out) as Report;
    expect([ended.code, runtimes]).toEqual([1, []]);
    const seen = (name: string): Check | undefined => checks.find((check) => check.name === name);
    expect(seen('gateway')).toMatchObject({ state: 'failed', mend: expect.stringContaining('cordon serve') });
    expect(seen('data.directory')).toMatchObject({ state: 'failed', mend: expect.stringMatching(/^chmod go-rwx .*some\.key/) });
    expect(seen('node.place')).toMatchObject({ state: 'warning', found: 'not stated' });
  });

  it('sees a gateway that knows this agent otherwise', async () => {
    const cwd = directoryWith({ 'rules/base.yaml': RULES });
    const { address, port } = lab.gateway.proxy;
    const argv = ['doctor', '--json', '--agent', 'bot', '--set', `listen.proxy=${address}:${port}`];
    const ended = await cordonProcess(argv, cwd, { PATH: pathWith() });
    const { checks } = JSON.parse(ended.out) as Report;
    expect(checks.find(({ name }) => name === 'agent')).toMatchObject({
      state: 'failed',
      found: 'expected bot, found status 407',
    });
    expect(ended.code).toBe(1);
  });

  it('asks which agent to be where nothing tells', async () => {
    const rules = RULES.replace('identify: [{ cidr: ["127.0.0.0/8"] }]', 'identify: [{ token: true }]');
    const { code, err } = await cordon(['doctor'], directoryWith({ 'rules/base.yaml': rules }));
    expect([code, err]).toEqual([2, expect.stringContaining('expected --agent: the policy declares several agents')]);
    const unknown = await cordon(['doctor', '--agent', 'nobody'], directoryWith({ 'rules/base.yaml': rules }));
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('declares no agent "nobody"')]);
  });
});
