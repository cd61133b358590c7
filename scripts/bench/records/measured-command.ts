/** Runs a command of `cordon` and tells what it cost as a whole, its start included. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CORDON = fileURLToPath(new URL('../../cordon.mjs', import.meta.url));

export interface CommandCost {
  /** Seconds. */
  readonly wall: number;
  /** Seconds, of all threads. */
  readonly cpu: number;
  /** Mebibytes, at most. */
  readonly resident: number;
}

/** The command tells about itself when it ends. */
const TELL = `process.on('exit', () => { const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage(); process.stderr.write(JSON.stringify([userCPUTime + systemCPUTime, maxRSS])); })`;

/** @param expected the exit code; rejects where it is another one */
export async function measuredCommand(cwd: string, args: readonly string[], expected = 0): Promise<CommandCost> {
  const start = performance.now();
  const telling = ['--import', `data:text/javascript,${encodeURIComponent(TELL)}`, CORDON];
  const child = spawn(process.execPath, [...telling, ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let told = '';
  child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const wall = (performance.now() - start) / 1000;
  const found = /\[\d+,\d+\]$/.exec(told.trim());
  if (code !== expected || found === null) throw new Error(`Found exit code ${code}, expected ${expected}: ${told}`);
  const [microseconds, kibibytes] = JSON.parse(found[0]) as [number, number];
  return { wall, cpu: microseconds / 1e6, resident: kibibytes / 1024 };
}
