import { spawn, type ChildProcess } from 'node:child_process';
import { request } from 'node:http';
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import type { PolicyEvent, Record as RecordLine } from '../../src/core/exchange/record.ts';
import type { IncomingHttpHeaders } from 'node:http';
import { freePort } from './free-port.ts';
import { linesOf, recordsOf } from './record-files.ts';
import type { Address } from './raw-client.ts';

export interface GatewayOptions {
  /** Policy files by name, or the text of one. */
  readonly rules: string | Readonly<{ [file: string]: string }>;
  /** Members of `cordon.yaml`; `listen`, `data` and `rules` are the laboratory's unless given. */
  readonly settings?: Readonly<{ [key: string]: unknown }>;
  /** `127.0.0.1:port` of the only name server it may ask. */
  readonly dns?: string;
  /** PEM texts of trust anchors for internal destinations. */
  readonly trust?: readonly string[];
  /** Where denials of a CONNECT are told; `connect` unless given. */
  readonly denials?: 'connect' | 'inside';
  readonly arguments?: readonly string[];
  /** Added to an environment that holds nothing but PATH and HOME. */
  readonly environment?: Readonly<{ [name: string]: string }>;
  /** The files of an earlier gateway, to start again on its state; that gateway must have been told to keep them. */
  readonly directory?: string;
  readonly keepDirectory?: boolean;
  /** Proxy listeners besides its own. */
  readonly listeners?: readonly object[];
}

/** The real program, started as its own process the way a person starts it. */
export interface Gateway extends AsyncDisposable {
  readonly proxy: Address;
  readonly admin: Address;
  /** Holds `cordon.yaml`, `rules/` and `data/`. */
  readonly directory: string;
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The interception CA, PEM. */
  caPem(): Promise<string>;
  /** Every file of the data directory, what is sealed in the record, and what the process said; a character for each byte. */
  everythingWritten(): Promise<string>;
  /** Every record written so far, in file order. */
  records(): Promise<readonly RecordLine[]>;
  /** Waits until a record matches; rejects with what there is. */
  waitForRecord(matches: (record: RecordLine) => boolean, timeoutMs?: number): Promise<RecordLine>;
  /** Writes policy files and waits until the gateway has taken or refused them; what it says about it. */
  reload(rules: GatewayOptions['rules'], timeoutMs?: number): Promise<PolicyEvent>;
  /** GET on the admin API; JSON content is parsed. What is for people is asked for with {@link adminToken}. */
  adminGet(path: string): Promise<AdminAnswer>;
  /** Any request to the admin API, with what is given and nothing else. */
  adminAsk(path: string, asked?: AdminAsked): Promise<AdminAnswer>;
  /** The token of an admin, for which the token of the first start was used up. */
  adminToken(): Promise<string>;
  signal(name: NodeJS.Signals): void;
  /** Exit status; `null` when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** SIGTERM, and SIGKILL when it takes longer than five seconds. */
  stop(): Promise<number | null>;
}

export interface AdminAsked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
}

export interface AdminAnswer {
  readonly status: number;
  /** Parsed where it is JSON. */
  readonly content: unknown;
  readonly headers: IncomingHttpHeaders;
}

const ROOT = join(import.meta.dirname, '../..');
const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 5_000;
/** Has every gateway whose test does not say otherwise run so many workers (`npm run test:workers`). */
const WORKERS = process.env['CORDON_LAB_WORKERS'];

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'cordon-lab-')));
  const [proxyPort, adminPort] = await Promise.all([freePort(), freePort()]);
  const proxy: Address = { address: '127.0.0.1', port: proxyPort };
  const admin: Address = { address: '127.0.0.1', port: adminPort };
  await writeConfiguration(directory, options, proxy, admin);
  const child = spawn(
    process.execPath,
    [join(ROOT, 'scripts/cordon.mjs'), 'serve', '--config', join(directory, 'cordon.yaml'), ...(options.arguments ?? [])],
    {
      cwd: directory,
      // Nothing of the tests' own environment: proxy variables and CORDON_* would change what is tested.
      env: { PATH: process.env['PATH'], HOME: directory, ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const gateway = new GatewayProcess(child, directory, { proxy, admin }, options.keepDirectory === true);
  try {
    await gateway.whenReady();
  } catch (error) {
    await gateway[Symbol.asyncDispose]();
    throw error;
  }
  return gateway;
}

async function writeConfiguration(directory: string, options: GatewayOptions, proxy: Address, admin: Address): Promise<void> {
  const trust = (options.trust ?? []).map((pem, index) => ({ file: `trust-${index}.pem`, pem }));
  const settings = {
    listen: {
      proxy: [
        { address: `${proxy.address}:${proxy.port}`, denials: options.denials ?? 'connect' },
        ...(options.listeners ?? []),
      ],
      admin: `${admin.address}:${admin.port}`,
    },
    data: { directory: 'data' },
    rules: 'rules',
    ...(options.dns !== undefined && { resolver: { servers: [options.dns], timeout: '2s' } }),
    ...(trust.length > 0 && { trust: trust.map(({ file }) => file) }),
    ...(WORKERS !== undefined && { workers: Number(WORKERS) }),
    ...options.settings,
  };
  await writeFile(join(directory, 'cordon.yaml'), stringify(settings, { aliasDuplicateObjects: false }));
  for (const { file, pem } of trust) await writeFile(join(directory, file), pem);
  await writeRules(join(directory, 'rules'), options.rules);
}

async function writeRules(directory: string, rules: GatewayOptions['rules']): Promise<void> {
  await mkdir(directory, { recursive: true });
  const files = typeof rules === 'string' ? { 'policy.yaml': rules } : rules;
  for (const stale of await readdir(directory)) {
    if (!(stale in files)) await rm(join(directory, stale), { recursive: true });
  }
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, file)), { recursive: true });
    // Among them may be keys, which nobody else may read.
    await writeFile(join(directory, file), text, { mode: 0o600 });
  }
}

class GatewayProcess implements Gateway {
  readonly proxy: Address;
  readonly admin: Address;
  readonly directory: string;
  readonly exited: Promise<number | null>;
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;
  readonly #keepDirectory: boolean;
  readonly #killOnExit: () => void;
  #adminToken: Promise<string> | undefined;

  constructor(child: ChildProcess, directory: string, at: { proxy: Address; admin: Address }, keepDirectory: boolean) {
    this.#child = child;
    this.directory = directory;
    this.proxy = at.proxy;
    this.admin = at.admin;
    this.#keepDirectory = keepDirectory;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.#killOnExit = () => child.kill('SIGKILL');
    process.once('exit', this.#killOnExit);
    this.exited = new Promise((resolve) => {
      child.once('close', (status) => {
        process.off('exit', this.#killOnExit);
        resolve(status);
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async whenReady(): Promise<void> {
    const ended = { status: undefined as number | null | undefined };
    void this.exited.then((status) => (ended.status = status));
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (Date.now() < deadline) {
      if (ended.status !== undefined) throw new Error(`The gateway ended with ${ended.status}\n${this.stdout}\n${this.stderr}`);
      const ready = await this.adminGet('/readyz').catch(() => undefined);
      if (ready?.status === 200) return;
      await pause(25);
    }
    throw new Error(`The gateway was not ready within ${READY_TIMEOUT_MS} ms\n${this.stdout}\n${this.stderr}`);
  }

  caPem(): Promise<string> {
    return readFile(join(this.directory, 'data/ca/ca.pem'), 'utf8');
  }

  async records(): Promise<readonly RecordLine[]> {
    const directory = join(this.directory, 'data/recordings');
    const writers = await readdir(directory).catch((): string[] => []);
    return writers.sort().flatMap((writer) => recordsOf(join(directory, writer)) as unknown as RecordLine[]);
  }

  async everythingWritten(): Promise<string> {
    const data = join(this.directory, 'data');
    const texts = await filesBelow(data);
    const writers = await readdir(join(data, 'recordings'));
    const lines = writers.flatMap((writer) => linesOf(join(data, 'recordings', writer)));
    return [...texts, ...lines, this.stdout, this.stderr].join('\n');
  }

  async waitForRecord(matches: (record: RecordLine) => boolean, timeoutMs = 5_000): Promise<RecordLine> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const records = await this.records();
      const found = records.find(matches);
      if (found !== undefined) return found;
      if (Date.now() >= deadline)
        throw new Error(`No such record within ${timeoutMs} ms among\n${JSON.stringify(records, null, 1)}`);
      await pause(20);
    }
  }

  async reload(rules: GatewayOptions['rules'], timeoutMs = 5_000): Promise<PolicyEvent> {
    // Of several workers each writes records: what is new is not what comes last.
    const keyOf = ({ writer, seq }: RecordLine): string => `${writer} ${seq}`;
    const before = new Set((await this.records()).map(keyOf));
    // The directory watch notices; a signal beside it would report a refused set twice, and the second report would pass
    // for the answer to the next reload.
    await writeRules(join(this.directory, 'rules'), rules);
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      const taken = (await this.records()).find((each) => each.kind === 'policy' && !before.has(keyOf(each)));
      if (taken !== undefined) return taken as PolicyEvent & RecordLine;
      await pause(20);
    }
    throw new Error(`The gateway neither took nor refused the rules\n${this.stderr}`);
  }

  async adminGet(path: string): Promise<AdminAnswer> {
    const headers = path.startsWith('/v1/') ? { authorization: `Bearer ${await this.adminToken()}` } : {};
    return this.adminAsk(path, { headers });
  }

  adminToken(): Promise<string> {
    this.#adminToken ??= this.#exchangeFirstToken();
    return this.#adminToken;
  }

  async #exchangeFirstToken(): Promise<string> {
    const first = (await this.#firstTokenFile()).trim();
    const { content } = await this.adminAsk('/v1/tokens', {
      json: { person: 'admin@lab.example', role: 'admin' },
      headers: { authorization: `Bearer ${first}` },
    });
    return (content as { token: string }).token;
  }

  /** The gateway writes it right after it is ready. */
  async #firstTokenFile(): Promise<string> {
    const file = join(this.directory, 'data/admin-token');
    for (let tries = 0; ; tries++) {
      const text = await readFile(file, 'utf8').catch(() => '');
      if (text !== '') return text;
      if (tries === 100) throw new Error(`Found no ${file}`);
      await pause(50);
    }
  }

  adminAsk(path: string, { method, headers, json }: AdminAsked = {}): Promise<AdminAnswer> {
    const body = json === undefined ? undefined : JSON.stringify(json);
    const options = {
      host: this.admin.address,
      port: this.admin.port,
      path,
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      agent: false,
      timeout: 2_000,
    };
    return new Promise((resolve, reject) => {
      const sent = request(options, (reply) => {
        let text = '';
        reply.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        reply.on('end', () => {
          const isJson = /json/.test(reply.headers['content-type'] ?? '');
          resolve({ status: reply.statusCode ?? 0, content: isJson ? parse(text) : text, headers: reply.headers });
        });
      });
      sent.on('timeout', () => sent.destroy(new Error('The admin API did not answer')));
      sent.on('error', reject);
      sent.end(body);
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async stop(): Promise<number | null> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_TIMEOUT_MS);
    const status = await this.exited;
    clearTimeout(timer);
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    if (!this.#keepDirectory) await rm(this.directory, { recursive: true, force: true });
  }
}

/** What is in every file below a directory that is written to meanwhile; one that was renamed is read under its new name. */
async function filesBelow(directory: string): Promise<readonly string[]> {
  for (let tries = 0; ; tries++) {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    try {
      return await Promise.all(files.map((file) => readFile(file, 'latin1')));
    } catch (error) {
      if (tries === 20 || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}
