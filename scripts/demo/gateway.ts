import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../cordon.mjs', import.meta.url));
const READY_WITHIN = 30_000;
const STOPPED_WITHIN = 5_000;

/** The real program, as its own process, with its state in a directory that goes when it does. */
export interface DemoGateway extends AsyncDisposable {
  readonly proxy: URL;
  readonly admin: URL;
  /** The token of the very first start, for an admin. */
  readonly firstToken: string;
  /** Holds `cordon.yaml` and the state. */
  readonly directory: string;
}

/** Starts it on these files, by path. */
export async function startDemoGateway(files: Readonly<Record<string, string>>): Promise<DemoGateway> {
  await using started = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'cordon-demo-'));
  started.defer(() => rm(directory, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  const child = spawn(process.execPath, [ENTRY, 'serve'], {
    cwd: directory,
    // In a group of its own Ctrl-C reaches the demo alone, which then stops it in order.
    detached: true,
    // Nothing of this shell: its variables may be settings, or lead through another gateway.
    env: { PATH: process.env['PATH'], HOME: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killAtLast = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtLast);
  started.defer(async () => {
    await stop(child);
    process.off('exit', killAtLast);
  });
  const { proxy, admin } = await whenReady(child);
  const firstToken = (await readFile(join(directory, 'data/admin-token'), 'utf8')).trim();
  const resources = started.move();
  return { proxy, admin, firstToken, directory, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** Where it listens, as it says once it does. */
function whenReady(child: ChildProcess): Promise<Pick<DemoGateway, 'proxy' | 'admin'>> {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(
      () => reject(new Error(`The gateway was not ready within ${READY_WITHIN / 1000} s`)),
      READY_WITHIN,
    );
    const read = (text: string): void => {
      said += text;
      const proxy = /^ {2}proxy +(http:\S+)$/m.exec(said)?.[1];
      const admin = /^ {2}admin +(http:\S+)$/m.exec(said)?.[1];
      // The last line of its start says where the token is.
      if (proxy === undefined || admin === undefined || !said.includes('First start:')) return;
      clearTimeout(timer);
      resolve({ proxy: new URL(proxy), admin: new URL(admin) });
    };
    child.stdout?.setEncoding('utf8').on('data', read);
    child.stderr?.setEncoding('utf8').on('data', read);
    child.once('close', () => {
      clearTimeout(timer);
      reject(new Error(`The gateway did not start\n${said}`));
    });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => void child.once('close', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN);
  await closed;
  clearTimeout(timer);
}
