import { type ChildProcess, spawn } from 'node:child_process';

/** What is run, and with what around it. */
export interface Start {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts a command as it is. */
export function startCommand({ command: [program = '', ...rest], cwd, environment }: Start): ChildProcess {
  return spawn(program, rest, { cwd, env: environment, stdio: 'inherit' });
}
