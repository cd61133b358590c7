import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.ts';

/** A proxy of Debian that knows one user, as the parent of a gateway. */
export interface ParentProxy extends AsyncDisposable {
  readonly port: number;
  /** What it says of its requests. */
  log(): string;
}

export const PARENT_USER = { name: 'gateway', password: 'hunter2-of-the-parent' } as const;

type Kind = 'squid' | 'tinyproxy';

/** Where it is installed: as servers are, perhaps out of the path of people. */
export function parentProgram(kind: Kind): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/bin'];
  return directories.map((directory) => join(directory, kind)).find((file) => existsSync(file));
}

export async function startParentProxy(kind: Kind): Promise<ParentProxy> {
  const directory = await mkdtemp(join(tmpdir(), 'cordon-parent-'));
  const port = await freePort();
  const file = join(directory, 'configuration');
  const text = kind === 'squid' ? squidConfiguration(directory, port) : tinyproxyConfiguration(port);
  await writeFile(file, text);
  // Squid that root starts is somebody else.
  await chmod(directory, 0o777);
  const parameters = kind === 'squid' ? ['-N', '-d', '1', '-f', file] : ['-d', '-c', file];
  const child = spawn(parentProgram(kind) ?? kind, parameters, { stdio: ['ignore', 'pipe', 'pipe'], cwd: directory });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const ownLog = join(directory, 'cache.log');
  const log = (): string => `${said}${existsSync(ownLog) ? readFileSync(ownLog, 'latin1') : ''}`;
  await untilListening(port, () => child.exitCode !== null, log);
  return {
    port,
    log,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function tinyproxyConfiguration(port: number): string {
  const { name, password } = PARENT_USER;
  return `Port ${port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\nAllow 127.0.0.1\nBasicAuth ${name} ${password}\nLogLevel Connect\n`;
}

// Without its helper for passwords, which is an executable of another package in some releases: whoever is here may ask.
function squidConfiguration(directory: string, port: number): string {
  return [
    `http_port 127.0.0.1:${port}`,
    'http_access allow localhost',
    'http_access deny all',
    'cache deny all',
    'cache_mem 8 MB',
    'pid_filename none',
    `cache_log ${join(directory, 'cache.log')}`,
    'access_log none',
    'debug_options ALL,0 11,2',
    'shutdown_lifetime 0 seconds',
    'max_filedescriptors 1024',
    `coredump_dir ${directory}`,
    'icon_directory /usr/share/squid/icons',
    '',
  ].join('\n');
}

async function untilListening(port: number, hasEnded: () => boolean, log: () => string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (hasEnded()) throw new Error(`The parent ended\n${log()}`);
    if (await answers(port)) return;
    await pause(25);
  }
  throw new Error(`The parent does not listen\n${log()}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() === socket));
    socket.once('error', () => resolve(false));
  });
}
