import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { isAtTerminal } from './shared-terminal.ts';

/** Those that somebody sends to a process; the rest end it or are its own affair. */
const PASSED: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];
/** A terminal sends these to everything in its foreground: passed on as well they would come twice. */
const OF_TERMINALS: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT']);

/** A program that is not there, as shells have it (POSIX.1-2024, 2.8.2). */
const NOT_FOUND = 127;
const SIGNALLED = 128;

export interface Awaited {
  readonly child: ChildProcess;
  /** Processes between this one and the command. */
  readonly depth: 0 | 2;
}

/**
 * Waits until a command has ended, and passes signals of this process on to it.
 *
 * @returns its exit status; 128 and the number where a signal ended it, 127 where there is no such program
 */
export async function awaitCommand({ child, depth }: Awaited): Promise<number> {
  const isHeardBoth = isAtTerminal();
  const pass = (signal: NodeJS.Signals): void => {
    if (!(isHeardBoth && OF_TERMINALS.has(signal))) signalCommand(child, depth, signal);
  };
  for (const signal of PASSED) process.on(signal, pass);
  try {
    return await statusOf(child);
  } finally {
    for (const signal of PASSED) process.off(signal, pass);
  }
}

function statusOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    const settle = (code: number | null, signal: NodeJS.Signals | null): void =>
      resolve(code ?? SIGNALLED + (signal === null ? 0 : constants.signals[signal]));
    if (child.exitCode !== null || child.signalCode !== null) settle(child.exitCode, child.signalCode);
    else child.once('exit', settle).once('error', () => resolve(NOT_FOUND));
  });
}

function signalCommand(child: ChildProcess, depth: number, signal: NodeJS.Signals): void {
  let pid = child.pid;
  for (let step = 0; step < depth && pid !== undefined; step++) pid = firstChild(pid);
  if (pid === undefined) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

/** The oldest: what an init process is given to collect comes after what it started. */
function firstChild(pid: number): number | undefined {
  try {
    const [first = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ');
    return first === '' ? undefined : Number(first);
  } catch {
    return undefined;
  }
}
