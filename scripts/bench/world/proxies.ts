/** The proxies under measurement, each started with a configuration of its own in a directory of its own, on loopback. */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OTHER_HOSTS, writeCordonFiles } from './cordon-files.ts';
import { freePort } from '../../../test/support/free-port.ts';
import { findProgram } from '../machine.ts';
import { startPinned, untilListening, type PinnedProcess } from '../pinned-process.ts';
import { NAMES, type Site } from './site.ts';

export type ProxyName =
  | 'cordon'
  | 'squid'
  | 'squid ssl-bump'
  | 'squid ssl-bump, peeking'
  | 'tinyproxy'
  | 'mitmproxy'
  | 'http-proxy';

export interface Proxy extends AsyncDisposable {
  readonly name: ProxyName;
  readonly port: number;
  readonly process: PinnedProcess;
  /** PEM of the anchor behind what it serves inside intercepted tunnels. */
  readonly caFile: string;
  /** How it is asked for an origin: by name where it can be told what the name means, else by address. */
  host(name: string): string;
}

export interface ProxyOptions {
  readonly directory: string;
  readonly site: Site;
  /** Arguments of Node for cordon, to profile it. */
  readonly nodeOptions: readonly string[];
  /** Processes of cordon, on all cores; absent: one, on the core of proxies. */
  readonly workers?: number;
}

type Start = (name: ProxyName, options: ProxyOptions) => Promise<Proxy>;

const STARTS: Readonly<Record<ProxyName, { readonly program?: string; readonly start: Start }>> = {
  cordon: { start: startCordon },
  squid: { program: 'squid', start: startSquid },
  'squid ssl-bump': { program: 'security_file_certgen', start: startSquid },
  'squid ssl-bump, peeking': { program: 'security_file_certgen', start: startSquid },
  tinyproxy: { program: 'tinyproxy', start: startTinyproxy },
  mitmproxy: { program: 'mitmdump', start: startMitmproxy },
  'http-proxy': { start: startHttpProxy },
};

/** Starts a proxy; undefined when it is not installed here. */
export async function startProxy(name: ProxyName, options: ProxyOptions): Promise<Proxy | undefined> {
  const { program, start } = STARTS[name];
  if (program !== undefined && findProgram(program) === undefined) return undefined;
  const directory = join(options.directory, name.replaceAll(/[^a-z]+/g, '-'));
  await mkdir(directory, { recursive: true });
  return start(name, { ...options, directory });
}

async function running(proxy: Omit<Proxy, keyof AsyncDisposable>): Promise<Proxy> {
  await untilListening(proxy.process, proxy.port);
  return { ...proxy, [Symbol.asyncDispose]: () => proxy.process[Symbol.asyncDispose]() };
}

const byName = (name: string): string => name;
const byAddress = (): string => '127.0.0.1';

async function startCordon(name: ProxyName, { directory, site, nodeOptions, workers }: ProxyOptions): Promise<Proxy> {
  const [port, admin] = [await freePort(), await freePort()];
  await writeCordonFiles(directory, site, { proxy: port, admin }, workers);
  const role = workers === undefined ? 'proxy' : 'everywhere';
  const process = startPinned({ ...cordonProgram(directory, nodeOptions), role });
  await untilListening(process, admin);
  return running({ name, port, process, caFile: join(directory, 'data/ca/ca.pem'), host: byName });
}

/** How cordon is started: as `npm start` does. */
export function cordonProgram(directory: string, nodeOptions: readonly string[]): Parameters<typeof startPinned>[0] {
  const entry = join(import.meta.dirname, '../../cordon.mjs');
  const args = [...nodeOptions, entry, 'serve', '--config', join(directory, 'cordon.yaml')];
  return { role: 'proxy', command: process.execPath, args, directory };
}

async function startSquid(name: ProxyName, { directory, site }: ProxyOptions): Promise<Proxy> {
  const port = await freePort();
  const certgen = findProgram('security_file_certgen') ?? '';
  const bump = name !== 'squid';
  if (bump) execFileSync(certgen, ['-c', '-s', join(directory, 'certificates'), '-M', '4MB'], { stdio: 'ignore' });
  await writeFile(
    join(directory, 'hosts'),
    Object.values(NAMES)
      .map((host) => `127.0.0.1 ${host}\n`)
      .join(''),
  );
  await writeFile(join(directory, 'permitted'), [...Object.values(NAMES), ...OTHER_HOSTS].join('\n'));
  const { certificateFile, keyFile } = site.interception;
  const listen = bump
    ? `ssl-bump generate-host-certificates=on dynamic_cert_mem_cache_size=4MB cert=${certificateFile} key=${keyFile}`
    : '';
  const bumping = `
sslcrtd_program ${certgen} -s ${directory}/certificates -M 4MB
sslcrtd_children 1
tls_outgoing_options cafile=${site.caFile}
${name === 'squid ssl-bump' ? 'ssl_bump bump all' : 'acl first at_step SslBump1\nssl_bump peek first\nssl_bump bump all'}`;
  await writeFile(
    join(directory, 'squid.conf'),
    `http_port 127.0.0.1:${port} ${listen}
${bump ? bumping : ''}
acl permitted dstdomain "${directory}/permitted"
http_access allow permitted
http_access deny all
hosts_file ${directory}/hosts
cache deny all
cache_mem 0
pid_filename none
coredump_dir ${directory}
cache_log ${directory}/cache.log
access_log stdio:${directory}/access.log
visible_hostname bench
shutdown_lifetime 0 seconds
`,
  );
  // Started by root, squid becomes a user of its own, who must be able to write here.
  execFileSync('chmod', ['-R', 'a+rwX', directory]);
  const process = startPinned({
    role: 'proxy',
    command: findProgram('squid') ?? '',
    args: ['-N', '-f', join(directory, 'squid.conf')],
    directory,
  });
  return running({ name, port, process, caFile: site.caFile, host: byName });
}

async function startTinyproxy(name: ProxyName, { directory }: ProxyOptions): Promise<Proxy> {
  const port = await freePort();
  await writeFile(
    join(directory, 'tinyproxy.conf'),
    `Port ${port}\nListen 127.0.0.1\nTimeout 600\nMaxClients 1000\nAllow 127.0.0.1\nLogFile "${directory}/log"\nLogLevel Connect\n`,
  );
  const args = ['-d', '-c', join(directory, 'tinyproxy.conf')];
  const process = startPinned({ role: 'proxy', command: findProgram('tinyproxy') ?? '', args, directory });
  return running({ name, port, process, caFile: '', host: byAddress });
}

async function startMitmproxy(name: ProxyName, { directory, site }: ProxyOptions): Promise<Proxy> {
  const port = await freePort();
  const settings = [`confdir=${directory}`, `ssl_verify_upstream_trusted_ca=${site.caFile}`, 'flow_detail=0'];
  const args = ['-q', '--listen-host', '127.0.0.1', '-p', String(port), ...settings.flatMap((setting) => ['--set', setting])];
  const process = startPinned({ role: 'proxy', command: findProgram('mitmdump') ?? '', args, directory });
  return running({ name, port, process, caFile: join(directory, 'mitmproxy-ca-cert.pem'), host: byAddress });
}

async function startHttpProxy(name: ProxyName, { directory }: ProxyOptions): Promise<Proxy> {
  const port = await freePort();
  const args = [join(import.meta.dirname, 'forward-with-http-proxy.ts'), String(port)];
  const program = startPinned({ role: 'proxy', command: process.execPath, args, directory });
  return running({ name, port, process: program, caFile: '', host: byAddress });
}
