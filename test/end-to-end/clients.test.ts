import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cordonProcess } from '../cli/cordon.ts';
import { NO_NAMESPACES, runInside } from '../support/isolated.ts';
import { startLab, type Lab } from '../support/lab.ts';
import type { OriginRequest, Script } from '../support/origin.ts';

const HERE = 'api.de.lab.example';
const THERE = 'api.us.lab.example';

let lab: Lab;
let directory: string;
/** What `cordon env --agent lab` prints, and nothing else but PATH. */
let environment: Record<string, string>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cordon-clients-'));
  const files = await repositoryFiles(directory);
  const handler = serveFiles(files);
  lab = await startLab({
    origins: { [HERE]: { country: 'DE', tls: 'good', handler }, [THERE]: { country: 'US', tls: 'good', handler } },
    rules: ['{ id: both, to: [api-de-lab-example, api-us-lab-example], then: permit }'],
  });
  const printed = await cordonProcess(['env', '--agent', 'lab', '--config', 'cordon.yaml', '--json'], lab.gateway.directory);
  environment = { ...(JSON.parse(printed.out) as Record<string, string>), PATH: process.env['PATH'] ?? '', HOME: directory };
}, 30_000);
afterAll(async () => {
  await (lab as Lab | undefined)?.[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

/** A repository as `git clone` reads it from a server that only has files: the dumb protocol. */
async function repositoryFiles(within: string): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  if (spawnSync('git', ['--version']).error !== undefined) return files;
  const work = join(within, 'work');
  const bare = join(within, 'bare.git');
  await mkdir(work);
  await writeFile(join(work, 'README'), 'from the repository\n');
  const git = (...args: string[]): void => {
    const env = { PATH: process.env['PATH'], HOME: within, GIT_CONFIG_NOSYSTEM: '1' };
    const { status, stderr } = spawnSync('git', ['-c', 'user.name=lab', '-c', 'user.email=lab@lab.example', ...args], {
      cwd: work,
      env,
    });
    if (status !== 0) throw new Error(String(stderr));
  };
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  git('clone', '-q', '--bare', '.', bare);
  git('--git-dir', bare, 'update-server-info');
  const listed = spawnSync('find', ['.', '-type', 'f'], { cwd: bare, encoding: 'utf8' }).stdout.trim().split('\n');
  for (const file of listed) files.set(`/repository.git/${file.slice(2)}`, await readFile(join(bare, file)));
  return files;
}

function serveFiles(files: ReadonlyMap<string, Buffer>): Script {
  return ({ target, connection }: OriginRequest) => {
    const path = target.split('?')[0] ?? '';
    const content = path === '/hello' ? Buffer.from('hello from the origin') : files.get(path);
    const status = content === undefined ? '404 Not Found' : '200 OK';
    connection.socket.write(
      `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${content?.length ?? 0}\r\n\r\n`,
    );
    if (content !== undefined) connection.socket.write(content);
  };
}

interface Ended {
  readonly code: number;
  /** Everything it said. */
  readonly said: string;
}

function run(program: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd: directory, env: environment, timeout: 15_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: `${out}\n${err}` });
    });
  });
}

const url = (name: string, path = '/hello'): string => `https://${lab.authority(name)}${path}`;

const NODE = `
const answer = await fetch(process.argv[1]).catch((error) => {
  const causes = [];
  for (let cause = error; cause; cause = cause.cause) causes.push(cause.message);
  console.error(causes.join(': '));
  process.exit(1);
});
console.log(answer.status, await answer.text());
`;

const PYTHON = `
import sys, urllib.request
print(urllib.request.urlopen(sys.argv[1], timeout=10).read().decode())
`;

const JAVA = `
import java.net.URI;
import java.net.http.*;
public class Ask {
  public static void main(String[] args) throws Exception {
    var client = HttpClient.newBuilder().proxy(java.net.ProxySelector.getDefault()).build();
    var request = HttpRequest.newBuilder(URI.create(args[0])).build();
    System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }
}
`;

const GO = `package main
import ("fmt"; "io"; "net/http"; "os")
func main() {
  answer, err := http.Get(os.Args[1])
  if err != nil { fmt.Println(err); os.Exit(1) }
  content, _ := io.ReadAll(answer.Body)
  fmt.Println(answer.Status, string(content))
}
`;

interface Client {
  readonly name: string;
  /** What has to be installed; asked for its version. */
  readonly program: string;
  readonly version: string;
  /** File it needs, with its content. */
  readonly file?: readonly [string, string];
  readonly command: (target: string) => readonly string[];
  /** What it shows of a refused CONNECT: the reason phrase where it can, else the status. */
  readonly shows: RegExp;
}

const CLIENTS: readonly Client[] = [
  {
    name: 'curl',
    program: 'curl',
    version: '--version',
    command: (target) => ['-sS', '-v', '--fail-with-body', target],
    shows: /403 outside_home/,
  },
  {
    name: 'Node fetch',
    program: process.execPath,
    version: '--version',
    command: (target) => ['--input-type=module', '-e', NODE, target],
    shows: /403|outside_home/,
  },
  {
    name: 'Python urllib',
    program: 'python3',
    version: '--version',
    command: (target) => ['-c', PYTHON, target],
    shows: /403 outside_home/,
  },
  {
    name: 'Java HttpClient',
    program: 'java',
    version: '-version',
    file: ['Ask.java', JAVA],
    command: (target) => ['Ask.java', target],
    shows: /403|outside_home/,
  },
  {
    name: 'Go net/http',
    program: 'go',
    version: 'version',
    file: ['ask.go', GO],
    command: (target) => ['run', 'ask.go', target],
    shows: /outside_home/,
  },
];

const isInstalled = (program: string, version: string): boolean => {
  const { error, status } = spawnSync(program, [version]);
  return error === undefined && status === 0;
};

describe.each(CLIENTS)('$name, set up by `cordon env` alone', ({ name, program, version, file, command, shows }) => {
  const title = isInstalled(program, version) ? '' : ` (skipped: ${program} is not installed)`;

  it.skipIf(title !== '')(`gets what is permitted${title}`, async () => {
    if (file !== undefined) await writeFile(join(directory, file[0]), file[1]);
    const ended = await run(program, command(url(HERE)));
    expect(ended.said).toContain('hello from the origin');
    expect(ended.code).toBe(0);
    expect(lab.origin(HERE).requests.some(({ target }) => target === '/hello')).toBe(true);
  });

  it.skipIf(title !== '')(`sees why it is refused${title}`, async () => {
    if (file !== undefined) await writeFile(join(directory, file[0]), file[1]);
    const ended = await run(program, command(url(THERE)));
    expect([name, ended.code]).not.toEqual([name, 0]);
    expect(ended.said).toMatch(shows);
    expect(ended.said).not.toContain('hello from the origin');
    expect(lab.origin(THERE).connections).toEqual([]);
  });
});

describe('git, set up by `cordon env` alone', () => {
  const title = isInstalled('git', '--version') ? '' : ' (skipped: git is not installed)';

  it.skipIf(title !== '')(`clones what is permitted${title}`, async () => {
    const ended = await run('git', ['clone', '-q', url(HERE, '/repository.git'), 'cloned']);
    expect(ended.said).not.toMatch(/fatal|error/);
    expect(await readFile(join(directory, 'cloned/README'), 'utf8')).toBe('from the repository\n');
  });

  it.skipIf(title !== '')(`sees why it is refused${title}`, async () => {
    const ended = await run('git', ['clone', url(THERE, '/repository.git'), 'refused']);
    expect(ended.code).not.toBe(0);
    expect(ended.said).toMatch(/403/);
    expect(lab.origin(THERE).connections).toEqual([]);
  });

  const inside = title === '' ? NO_NAMESPACES : title;
  it.skipIf(inside !== '')(`clones what is permitted under cordon run, and nothing past the variables${inside}`, async () => {
    const here = url(HERE, '/repository.git');
    const past = 'env -u http_proxy -u https_proxy -u HTTPS_PROXY -u all_proxy -u ALL_PROXY git -c http.proxy= clone -q';
    const script = `git clone -q ${here} within && cat within/README; ${past} ${here} beside; echo $?`;
    const { out } = await runInside(lab, ['sh', '-c', script]);
    expect(out).toBe('from the repository\n128\n');
  });
});
