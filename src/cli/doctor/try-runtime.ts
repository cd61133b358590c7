import { execFile } from 'node:child_process';
import type { Milliseconds } from '../../core/units.ts';
import type { Runtime, ScriptedRuntime, ToolRuntime } from './runtimes.ts';

/** `no`: seen not to. Absent: could not be tried. */
export type Answer = 'yes' | 'no';

/** What a runtime did with the variables of an agent. */
export interface Tried {
  /** First line of what it says about its version; absent: it is not installed. */
  readonly version?: string;
  /** Goes through the gateway. */
  readonly proxy?: Answer;
  /** Trusts the CA of the gateway. */
  readonly ca?: Answer;
  /** Shows who it is. */
  readonly agent?: Answer;
  /** What it said of the first thing that went wrong. */
  readonly said?: string;
}

export interface Surroundings {
  readonly environment: Readonly<Record<string, string>>;
  /** A server of our own on this machine, that only who goes past the gateway reaches. */
  readonly neighbour: string;
  /** An empty directory. */
  readonly scratch: string;
}

/** Go compiles what it needs of its library at first. */
const TIMEOUT: Milliseconds = 90_000;
/** No name server knows it: whoever gets an answer went through the gateway. */
const GATEWAY = 'cordon.internal';
const OF_CERTIFICATES = /certificate|\bSSL|\bTLS|CERT_|UNABLE_TO_VERIFY/i;

/** Makes real requests: to the gateway, and to a server of this machine that is none of its business. */
export async function tryRuntime(runtime: Runtime, around: Surroundings): Promise<Tried> {
  const version = await run(runtime, runtime.version, around);
  if (version.code !== 0) return {};
  const line = version.said.split('\n').find((each) => !each.startsWith('Picked up ') && each !== '') ?? '';
  const tried = runtime.kind === 'script' ? await tryScript(runtime, around) : await tryTool(runtime, around);
  return { version: line, ...tried };
}

async function tryScript(runtime: ScriptedRuntime, around: Surroundings): Promise<Tried> {
  const urls = [`https://${GATEWAY}/healthz`, `https://${GATEWAY}/whoami`, around.neighbour];
  const { said } = await run(runtime, runtime.argv(urls), around);
  const lines = said.split('\n').flatMap((line) => (/^\d{1,3}(?: |$)/.test(line) ? [line.trim()] : []));
  const [healthz = said.trim(), whoami = ''] = lines;
  if (!isAnswered(healthz))
    return OF_CERTIFICATES.test(healthz) ? { proxy: 'yes', ca: 'no', said: healthz } : { proxy: 'no', said: healthz };
  if (isAnswered(whoami)) return { proxy: 'yes', ca: 'yes', agent: 'yes' };
  return { proxy: 'yes', ca: 'yes', agent: 'no', said: whoami };
}

const isAnswered = (line: string): boolean => line.startsWith('200');

async function tryTool(runtime: ToolRuntime, around: Surroundings): Promise<Tried> {
  const [{ said }] = await Promise.all([
    run(runtime, runtime.argv(`https://${GATEWAY}`, around.scratch), around),
    run(runtime, runtime.argv(around.neighbour, around.scratch), around),
  ]);
  if (runtime.answered.test(said)) return { proxy: 'yes', ca: 'yes' };
  const lines = said.trim().split('\n');
  const told = lines.find((line) => OF_CERTIFICATES.test(line)) ?? lines.at(-1) ?? '';
  return OF_CERTIFICATES.test(said) ? { proxy: 'yes', ca: 'no', said: told } : { proxy: 'no', said: told };
}

interface Ran {
  readonly code: number;
  /** Both streams. */
  readonly said: string;
}

function run({ program }: Runtime, argv: readonly string[], { environment, scratch }: Surroundings): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd: scratch, env: environment, timeout: TIMEOUT, maxBuffer: 1024 * 1024 };
    const child = execFile(program, argv, options, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: `${out}\n${err}` });
    });
    child.stdin?.end();
  });
}
