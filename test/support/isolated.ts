import { spawnSync } from 'node:child_process';
import { cordonProcess, type Ended } from '../cli/cordon.ts';
import type { Lab } from './lab.ts';

const NAMESPACES = ['--user', '--map-root-user', '--', 'unshare', '--net', '--mount', '--pid', '--fork', '--'];
const MOUNTS = 'mount -t tmpfs tmpfs /run && mount -t proc proc /proc && mount -t sysfs sysfs /run && command -v setpriv';

/** Added to the title of what cannot be tried here; empty where it can. */
export const NO_NAMESPACES =
  spawnSync('unshare', [...NAMESPACES, 'sh', '-c', MOUNTS]).status === 0
    ? ''
    : ' (skipped: this kernel lets nobody make namespaces)';

/** Whether a program is here; `missing` is added to the title of its test. */
export function missing(program: string): string {
  const { error } = spawnSync(program, ['--version']);
  return error === undefined ? '' : ` (skipped: ${program} is not installed)`;
}

/** `cordon run --agent lab` against the gateway of a laboratory. */
export function runInside(
  lab: Lab,
  command: readonly string[],
  { options = [], env = {} }: { readonly options?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  const argv = ['run', '--agent', 'lab', '--config', 'cordon.yaml', ...options, '--', ...command];
  return cordonProcess(argv, lab.gateway.directory, { HOME: lab.gateway.directory, ...env });
}

/** A script that tries each of its probes and tells what came of it, as JSON by name. */
export function probing(probes: Readonly<Record<string, string>>): string {
  const calls = Object.entries(probes).map(([name, probe]) => `[${JSON.stringify(name)}, async () => { ${probe} }]`);
  return `${PROBES}
const told = {};
for (const [name, probe] of [${calls.join(',')}]) {
  told[name] = await probe().catch((error) => error.cause?.code ?? error.code ?? error.message);
}
console.log(JSON.stringify(told));
process.exit(0);`;
}

const PROBES = `
import { connect } from 'node:net';
import { createSocket } from 'node:dgram';
import { lookup, Resolver } from 'node:dns/promises';
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { networkInterfaces } from 'node:os';
const tcp = (where) => new Promise((resolve, reject) => {
  const socket = connect({ timeout: 1000, ...where }, () => resolve('connected'));
  socket.once('error', reject).once('timeout', () => reject(new Error('timeout')));
});
const udp = (host, port, family = 'udp4') => new Promise((resolve, reject) => {
  const socket = createSocket(family);
  socket.once('error', reject);
  socket.send('secret', port, host, (error) => (error ? reject(error) : setTimeout(resolve, 100, 'sent')));
});
// In absolute form, through the listener of the namespace.
const asked = (target, fields = {}) => new Promise((resolve, reject) => {
  const { username, password } = new URL(process.env.http_proxy);
  const headers = { host: new URL(target).host, 'proxy-authorization': 'Basic ' + btoa(username + ':' + password), ...fields };
  request({ host: '127.0.0.1', port: 3128, path: target, headers, agent: false }, async (answer) => {
    const text = (await answer.toArray()).join('');
    const isProblem = /problem/.test(answer.headers['content-type']);
    resolve({ status: answer.statusCode, text, code: isProblem ? JSON.parse(text).code : undefined });
  }).once('error', reject).end();
});
`;
