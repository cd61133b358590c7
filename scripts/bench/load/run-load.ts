import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { LoadJob, LoadResult } from './load-job.ts';
import { findProgram } from '../machine.ts';
import { pinned } from '../pinned-process.ts';

const GENERATOR = join(import.meta.dirname, 'generate-load.ts');
const LUA = join(import.meta.dirname, 'wrk.lua');

/** Whatever a generator does, it ends: this long after its job should have. */
const GRACE_SECONDS = 30;

/** Runs one job to its end on the load generator's core. Throws when a single request went wrong. */
export async function runLoad(job: LoadJob): Promise<LoadResult> {
  const wrk = findProgram('wrk');
  const isPlain = job.kind === 'keep-alive' && job.connect === undefined && job.tls === undefined;
  return isPlain && wrk !== undefined ? runWrk(wrk, job) : runOwn(job);
}

async function runWrk(wrk: string, job: LoadJob): Promise<LoadResult> {
  const { connections, seconds, port, target, host, thinkMs } = job;
  const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', LUA, `http://127.0.0.1:${port}`];
  const text = await output(wrk, [...options, '--', target, host, String(thinkMs)], seconds);
  const { failed, ...result } = JSON.parse(text.slice(text.lastIndexOf('{"requests"'))) as LoadResult & { failed: number };
  if (failed > 0 || result.requests === 0) throw new Error(`${failed} of ${result.requests} requests to ${target} failed`);
  return result;
}

async function runOwn(job: LoadJob): Promise<LoadResult> {
  return JSON.parse(await output(process.execPath, [GENERATOR, JSON.stringify(job)], job.seconds)) as LoadResult;
}

function output(program: string, programArgs: readonly string[], seconds: number): Promise<string> {
  const { command, args } = pinned('beside', program, programArgs);
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: (seconds + GRACE_SECONDS) * 1000, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`The load generator failed: ${stderr || error.message}`));
    });
  });
}

/** Tunnels that stand until they are disposed of. */
export interface HeldTunnels extends AsyncDisposable {
  readonly count: number;
}

/** Opens `job.connections` idle tunnels and resolves when the origin has seen each. */
export async function holdTunnels(job: LoadJob): Promise<HeldTunnels> {
  const { command, args } = pinned('beside', process.execPath, [GENERATOR, JSON.stringify(job)]);
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: (job.seconds + GRACE_SECONDS) * 1000 });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    let errors = '';
    child.stdout.setEncoding('utf8').once('data', resolve);
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    child.once('exit', () => reject(new Error(`The load generator ended before its tunnels stood: ${errors}`)));
  });
  return {
    count: (JSON.parse(line) as LoadResult).requests,
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await ended;
    },
  };
}
