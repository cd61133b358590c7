/**
 * Programs under measurement: each is started on one core, watched through /proc, and ended by the one who started it.
 * Linux alone: CPU time and memory are read where the kernel keeps them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Proxies have core 1 to themselves; load generators and origins share core 0, whose time is not counted. `everywhere`: a proxy
 * of several processes, on all cores.
 */
export type Role = 'proxy' | 'beside' | 'everywhere';

export interface ProgramOptions {
  readonly role: Role;
  readonly command: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A running program and all processes below it. */
export interface PinnedProcess extends AsyncDisposable {
  /** User and system time since it began, of the whole tree, ended children included. In seconds, to 10 ms. */
  cpuSeconds(): number;
  /** The same by process id; of one that has ended its parent tells. */
  cpuSecondsByProcess(): ReadonlyMap<number, number>;
  /** Resident memory of the whole tree. */
  residentBytes(): number;
  /** What it printed so far; kept for the message when it fails. */
  readonly output: string;
  readonly hasEnded: boolean;
}

/** Asked before the benchmark puts itself on one core: from then on there is one for it, and for what it starts. */
const CORES = availableParallelism();
/** USER_HZ: the unit of times in /proc/PID/stat, fixed by the interface of Linux. */
const TICKS_PER_SECOND = 100;
const PAGE = 4096;
const STOP_TIMEOUT_MS = 5_000;
const READY_TIMEOUT_MS = 30_000;

/** The arguments of `taskset` that put a program where its role runs. */
export function pinned(role: Role, command: string, args: readonly string[]): { command: string; args: string[] } {
  const cores = { proxy: CORES > 1 ? '1' : '0', beside: '0', everywhere: `0-${CORES - 1}` }[role];
  return { command: 'taskset', args: ['-c', cores, command, ...args] };
}

/** Environment of every program: nothing of the caller's proxy variables, which would lead it elsewhere. */
export function cleanEnvironment(directory: string): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: directory, LANG: 'C.UTF-8' };
}

export function startPinned({ role, command, args, directory, environment }: ProgramOptions): PinnedProcess {
  const whole = pinned(role, command, args);
  const child = spawn(whole.command, whole.args, {
    cwd: directory,
    env: { ...cleanEnvironment(directory), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Pinned(child);
}

class Pinned implements PinnedProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #killOnExit: () => void;
  output = '';
  hasEnded = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    // The pipes are read to the end, so that no program stalls on what it prints; only the beginning is kept.
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        if (this.output.length < 10_000) this.output += text;
      });
    }
    this.#killOnExit = () => child.kill('SIGKILL');
    process.once('exit', this.#killOnExit);
    this.#ended = new Promise((resolve) => {
      const end = (): void => {
        this.hasEnded = true;
        process.off('exit', this.#killOnExit);
        resolve();
      };
      child.once('exit', end);
      child.once('error', (error) => {
        this.output += error.message;
        end();
      });
    });
  }

  cpuSeconds(): number {
    return [...this.cpuSecondsByProcess().values()].reduce((sum, own) => sum + own, 0);
  }

  cpuSecondsByProcess(): ReadonlyMap<number, number> {
    return new Map(this.#tree().map(({ pid, ticks }) => [pid, ticks / TICKS_PER_SECOND]));
  }

  residentBytes(): number {
    return this.#tree().reduce((sum, { residentPages }) => sum + residentPages * PAGE, 0);
  }

  #tree(): ProcessStat[] {
    const all = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => readStat(Number(name)) ?? []);
    const inTree = new Set([this.#child.pid]);
    // A child's id can be smaller than its parent's once ids wrap round, so the table is walked until nothing is added.
    for (let size = 0; size !== inTree.size;) {
      size = inTree.size;
      for (const { pid, parent } of all) if (inTree.has(parent)) inTree.add(pid);
    }
    return all.filter(({ pid }) => inTree.has(pid));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.hasEnded) return;
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#ended;
    clearTimeout(timer);
  }
}

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
  readonly residentPages: number;
}

// proc_pid_stat(5). The name in parentheses may hold anything, so fields are counted from the last parenthesis.
function readStat(pid: number): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15);
    return { pid, parent: fields[1] ?? 0, ticks: utime + stime + cutime + cstime, residentPages: fields[21] ?? 0 };
  } catch {
    return undefined; // It ended since the directory was read.
  }
}

/** Waits until `port` of loopback accepts, or fails with what the program printed. */
export async function untilListening(program: PinnedProcess, port: number): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (program.hasEnded) throw new Error(`The program ended before it listened on port ${port}:\n${program.output}`);
    if (await accepts(port)) return;
    await pause(20);
  }
  throw new Error(`Nothing listens on port ${port} after ${READY_TIMEOUT_MS} ms:\n${program.output}`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
