import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { directoryWith } from '../../config/temporary-directory.ts';
import { freePort } from '../../support/free-port.ts';
import { startGateway } from '../../support/gateway.ts';
import { missing, NO_NAMESPACES, runInside } from '../../support/isolated.ts';
import { startLab, type Lab } from '../../support/lab.ts';
import { HAS_TERMINALS, TerminalProcess } from '../../support/terminal-process.ts';
import { cordon, cordonProcess, RULES } from '../cordon.ts';

const ENTRY = fileURLToPath(new URL('../../../scripts/cordon.mjs', import.meta.url));
const HERE = 'api.de.lab.example';
const THERE = 'api.us.lab.example';
/** That no rule names. */
const UNNAMED = 'other.de.lab.example';
const ISOLATED = NO_NAMESPACES === '';

const BOTH = '{ id: both, to: [api-de-lab-example, api-us-lab-example], then: permit }';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({
    agents: [{ id: 'lab', home: 'eu', identify: [{ token: true }] }],
    origins: {
      [HERE]: { country: 'DE', tls: 'good' },
      [THERE]: { country: 'US', tls: 'good' },
      [UNNAMED]: { country: 'DE', tls: 'good' },
    },
    rules: [BOTH],
    gateway: { denials: 'inside' },
  });
}, 30_000);
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
});

const NODE = `
const answer = await fetch(process.argv[1]);
console.log(answer.status, (await answer.text()).slice(0, 400));
`;
const PYTHON = `
import sys, urllib.request, urllib.error
try: answer = urllib.request.urlopen(sys.argv[1], timeout=10)
except urllib.error.HTTPError as error: answer = error
print(answer.status, answer.read().decode()[:400])
`;

const CLIENTS = [
  { name: 'curl', program: 'curl', command: (url: string) => ['curl', '-sS', '-w', '\\n%{http_code}', url] },
  { name: 'Node fetch', program: process.execPath, command: (url: string) => [process.execPath, '-e', NODE, url] },
  { name: 'Python urllib', program: 'python3', command: (url: string) => ['python3', '-c', PYTHON, url] },
];

describe.skipIf(!ISOLATED)(`cordon run${NO_NAMESPACES}`, () => {
  it.each(CLIENTS)('$name reaches what is permitted and is told why the rest is not', async ({ program, command }) => {
    if (missing(program) !== '') return;
    const [here, there] = await Promise.all(
      [HERE, THERE].map((name) => runInside(lab, command(`https://${lab.authority(name)}/hello`))),
    );
    expect([here?.code, here?.out]).toEqual([0, expect.stringContaining('200')]);
    // Inside the tunnel, where clients show it whole.
    expect(there?.out).toMatch(/403/);
    expect(there?.out).toContain('outside_home');
    expect(lab.origin(THERE).connections).toEqual([]);
  });

  it(`git is told why it is refused${missing('git')}`, async (context) => {
    if (missing('git') !== '') context.skip();
    const ended = await runInside(lab, ['git', 'ls-remote', `https://${lab.authority(THERE)}/repository.git`]);
    expect([ended.code, ended.err]).toEqual([128, expect.stringContaining('403')]);
  });

  it('passes streams and exit status through, and 128 with the number of the signal that ended it', async () => {
    const script = 'cat; echo told >&2; exit 7';
    const argv = ['run', '--agent', 'lab', '--config', 'cordon.yaml', '--', 'sh', '-c', script];
    const child = execFile(process.execPath, [ENTRY, ...argv], { cwd: lab.gateway.directory });
    let [out, err] = ['', ''];
    child.stdout?.on('data', (text: string) => (out += text));
    child.stderr?.on('data', (text: string) => (err += text));
    child.stdin?.end('what comes in');
    expect(await once(child, 'close')).toEqual([7, null]);
    expect([out, err]).toEqual(['what comes in', expect.stringMatching(/told\n$/)]);
    const ends = ['kill -KILL $$', 'exec no-such-program', 'kill -TERM $$'];
    const ended = await Promise.all(ends.map((end) => runInside(lab, ['sh', '-c', end])));
    expect(ended.map(({ code }) => code)).toEqual([137, 127, 143]);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGUSR1'] as const)('passes %s on to the command, which decides', async (signal) => {
    const script = `process.on('${signal}', () => process.exit(42)); setInterval(() => {}, 1000); console.log('ready')`;
    const argv = ['run', '--agent', 'lab', '--config', 'cordon.yaml', '--', process.execPath, '-e', script];
    const child = spawn(process.execPath, [ENTRY, ...argv], {
      cwd: lab.gateway.directory,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(child.stdout, 'data');
    child.kill(signal);
    expect(await once(child, 'close')).toEqual([42, null]);
  });

  it.skipIf(!HAS_TERMINALS)('the command has the terminal: its size, and what is typed, Ctrl-C among it, once', async () => {
    const script =
      'let times = 0; process.on("SIGINT", () => { times++; setTimeout(() => { console.log(`interrupted ${times}`); process.exit(3) }, 200) });' +
      'console.log(`columns ${process.stdout.columns} ${process.stdin.isTTY}`); setInterval(() => {}, 1000)';
    const file = join(lab.gateway.directory, 'terminal.cjs');
    await writeFile(file, script);
    const argv = [ENTRY, 'run', '--agent', 'lab', '--config', 'cordon.yaml', '--', process.execPath, file];
    using terminal = new TerminalProcess(argv, lab.gateway.directory);
    await expect.poll(() => terminal.out, { timeout: 10_000 }).toContain('columns 160 true');
    // Where the kernel lets it type, people are told; who shares no terminal is not.
    expect(terminal.out.includes('can type into this terminal')).toBe(await typesIntoTerminals());
    terminal.type('\u0003');
    expect(await terminal.exited).toBe(3);
    expect(terminal.out).toMatch(/interrupted 1\s+$/);
  });

  it('gives the command a token that ends with it, and nothing else of the gateway in its environment', async () => {
    const secrets = { CORDON_TOKEN: 'cdp_secret', cordon_other: 'x', CORDON_LOG_LEVEL: 'info', XDG_RUNTIME_DIR: '/run/user/1' };
    const { out } = await runInside(lab, ['env', '-0'], { env: secrets });
    const variables = new Map(out.split('\0').map((line) => line.split(/=(.*)/s, 2) as [string, string]));
    expect([...variables.keys()].filter((name) => /cordon|XDG|NODE_CHANNEL/i.test(name))).toEqual([]);
    expect(variables.get('NO_PROXY')).toBe('');
    const { username, password, host } = new URL(variables.get('https_proxy') ?? '');
    expect([username, host, password]).toEqual(['lab', '127.0.0.1:3128', expect.stringMatching(/^cdn_[0-9a-f]{20}\..{43}$/)]);
    await using client = await lab.connect();
    const credentials = Buffer.from(`${username}:${password}`).toString('base64');
    client.send(
      `GET http://cordon.internal/whoami HTTP/1.1\r\nHost: cordon.internal\r\nProxy-Authorization: Basic ${credentials}\r\n\r\n`,
    );
    expect((await client.response()).status).toBe(407);
  });

  it('while the command runs the gateway knows it by that token', async () => {
    const { out } = await runInside(lab, [process.execPath, '-e', NODE, 'https://cordon.internal/whoami']);
    expect(out).toMatch(/^200 .*"agent":"lab".*"identifiedBy":"token"/);
  });

  it(`--report tells what was denied, and rules that pass check and permit just that${missing('curl')}`, async (context) => {
    if (missing('curl') !== '') context.skip();
    const url = (name: string, path: string): string => `https://${lab.authority(name)}${path}`;
    const asks = [url(UNNAMED, '/a?secret=1'), url(UNNAMED, '/a'), url(THERE, '/b'), 'http://169.254.169.254/'];
    const script = `for url in ${asks.map((each) => `'${each}'`).join(' ')}; do curl -sS -o /dev/null "$url"; done; exit 9`;
    const { code, err } = await runInside(lab, ['sh', '-c', script], { options: ['--report'] });
    const report = err.slice(err.indexOf('# Suggested from what was denied while it ran'));
    expect(code).toBe(9);
    expect(report).toMatch(/# 2 requests of lab, .*: no_rule;/);
    const { port } = lab.origin(THERE);
    expect(report).toContain(
      `# - ${THERE}:${port} (1 of lab): outside_home, it is in US: needs an endpoint at home, or a rule with a transfer`,
    );
    expect(report).toContain('# - 169.254.169.254:80 (1 of lab): metadata_address: Nothing lifts this');
    expect(parse(report)).toEqual(
      parse(`{ cordon: 1,
        destinations: [{ id: other-de-lab-example-2, hosts: [${UNNAMED}], ports: [${lab.origin(UNNAMED).port}] }],
        rules: [{ id: suggested-other-de-lab-example-2, agents: [lab], to: [other-de-lab-example-2], methods: [GET], paths: [/a], then: permit }],
      }`),
    );
    expect(await lab.gateway.reload({ ...lab.policy([BOTH]), 'learned.yaml': report })).toMatchObject({ change: 'loaded' });
    const status = 'curl -sS -o /dev/null -w "%{http_code} "';
    const again = [url(UNNAMED, '/a'), url(UNNAMED, '/other')].map((each) => `${status} '${each}'`).join(';');
    expect((await runInside(lab, ['sh', '-c', again])).out).toBe('200 403 ');
    expect(lab.origin(THERE).connections).toEqual([]);
    await lab.gateway.reload(lab.policy([BOTH]));
  });

  it('--report says so where nothing was denied', async () => {
    const { err } = await runInside(lab, ['true'], { options: ['--report'] });
    expect(err).toMatch(/# Nothing was denied\.\n$/);
  });

  it.skipIf(process.getuid?.() !== 0)('isolates for an ordinary user, who cannot undo it', async () => {
    const home = await mkdtemp(join(tmpdir(), 'cordon-user-'));
    try {
      await cp(join(lab.gateway.directory, 'rules'), join(home, 'rules'), { recursive: true });
      const [proxy, admin] = await Promise.all([freePort(), freePort()]);
      await Promise.all([
        chmod(home, 0o755),
        writeFile(join(home, 'cordon.yaml'), `listen: { proxy: "127.0.0.1:${proxy}", admin: "127.0.0.1:${admin}" }\n`),
      ]);
      await own(home);
      const serving = asNobody([ENTRY, 'serve'], home);
      await expect.poll(() => existsSync(join(home, 'data/runs/run.sock')), { timeout: 20_000 }).toBe(true);
      const below =
        'mount -t tmpfs tmpfs /tmp && mkdir /tmp/x && echo root; umount data; ls -A data; mount --bind . /tmp/x; ls -A /tmp/x/data';
      const script = `id -u; ls -A data; grep CapEff /proc/self/status; unshare --user --map-root-user --mount --propagation unchanged sh -c '${below}'`;
      const argv = ['run', '--agent', 'lab', '--config', 'cordon.yaml', '--', 'sh', '-c', script];
      const [code, out, err] = await asNobody([ENTRY, ...argv], home).ended;
      serving.child.kill();
      expect([code, out, err]).toEqual([
        expect.any(Number),
        '65534\nCapEff:\t0000000000000000\nroot\n',
        expect.not.stringContaining('as root'),
      ]);
      expect(await serving.ended).toEqual([0, expect.stringContaining('Cordon is ready'), expect.any(String)]);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });
});

/** Whether a process may put characters into the input of its terminal (TIOCSTI). */
async function typesIntoTerminals(): Promise<boolean> {
  const setting = await readFile('/proc/sys/dev/tty/legacy_tiocsti', 'utf8').catch(() => '1');
  return setting.trim() !== '0';
}

async function own(directory: string): Promise<void> {
  await once(spawn('chown', ['-R', '65534:65534', directory]), 'close');
}

interface AsNobody {
  readonly child: ChildProcess;
  readonly ended: Promise<[number, string, string]>;
}

function asNobody(argv: readonly string[], cwd: string): AsNobody {
  const words = ['--reuid', '65534', '--regid', '65534', '--clear-groups', '--', process.execPath, ...argv];
  const { promise: ended, resolve } = Promise.withResolvers<[number, string, string]>();
  const options = { cwd, env: { PATH: process.env['PATH'], HOME: cwd } };
  const child = execFile('setpriv', words, options, (error, out, err) => resolve([Number(error?.code ?? 0), out, err]));
  return { child, ended };
}

describe('cordon run --no-isolation', () => {
  it('sets the variables, passes the status on, and says in one line what is lost', async () => {
    const ended = await runInside(
      lab,
      [process.execPath, '-e', `${NODE}; process.exitCode = 5`, 'https://cordon.internal/whoami'],
      {
        options: ['--no-isolation'],
      },
    );
    expect([ended.code, ended.out]).toEqual([5, expect.stringContaining('"identifiedBy":"token"')]);
    expect(ended.err).toMatch(/^cordon: not isolated: [^\n]+\n$/);
  });
});

describe('cordon run does not start', () => {
  const rules = { 'rules/base.yaml': RULES };

  it('for an agent that the policy does not declare, nor where it could pass for another by leaving its token away', async () => {
    await using gateway = await startGateway({ rules: RULES });
    const [nobody, bot] = await Promise.all(
      ['nobody', 'bot'].map((agent) => cordon(['run', '--agent', agent, '--', 'true'], gateway.directory)),
    );
    const known = 'cordon: the policy declares no agent "nobody", expected one of: local, bot\n';
    expect([nobody?.code, nobody?.err]).toEqual([2, known]);
    expect(bot?.code).toBe(2);
    expect(bot?.err).toContain('without its token the command would be the agent "local"');
  });

  it('beside a gateway that is not there', async () => {
    const cwd = directoryWith(rules);
    const { code, err } = await cordon(['run', '--agent', 'local', '--', 'true'], cwd);
    const sentence = `cordon: no gateway runs with the data directory ${join(cwd, 'data')}: start it with cordon serve\n`;
    expect([code, err]).toEqual([3, sentence]);
  });

  it('without a command, and with a lifetime that is none', async () => {
    const cwd = directoryWith(rules);
    const ended = await Promise.all(
      [['--'], ['--ttl', 'soon', '--', 'true']].map((rest) => cordon(['run', '--agent', 'local', ...rest], cwd)),
    );
    expect(ended.map(({ code, err }) => [code, err.split('\n')[0]])).toEqual([
      [2, "error: missing required argument 'command'"],
      [2, expect.stringContaining('--ttl')],
    ]);
  });

  it('where nothing can isolate it, and revokes the token', async () => {
    const argv = ['run', '--agent', 'lab', '--config', 'cordon.yaml', '--', 'sh', '-c', 'echo started'];
    const bare = directoryWith({ sh: '' });
    const { code, out, err } = await cordonProcess(argv, lab.gateway.directory, { PATH: bare });
    expect([code, out]).toEqual([3, '']);
    expect(err).toMatch(/cannot be isolated and was not started: .*--no-isolation/);
    const listed = await cordon(['token', 'list', '--config', 'cordon.yaml', '--json'], lab.gateway.directory);
    const { items } = JSON.parse(listed.out) as { items: readonly { agent?: string; state: string }[] };
    expect(items.filter(({ agent }) => agent === 'lab').map(({ state }) => state)).not.toContain('valid');
  });
});
