import { spawn, spawnSync, type ChildProcess } from 'node:child_process';

/** Whether this machine has `script` of util-linux, which makes terminals. */
export const HAS_TERMINALS = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

/** A script of ours that runs on a terminal of 160 by 40 characters. */
export class TerminalProcess implements Disposable {
  /** All that was written to the terminal. */
  out = '';
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(argv: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) {
    const words = [process.execPath, ...argv].map((word) => `"${word}"`).join(' ');
    this.#child = spawn('script', ['-qec', `stty rows 40 columns 160; exec ${words}`, '/dev/null'], {
      cwd,
      env: { PATH: process.env['PATH'], TERM: 'xterm', SHELL: '/bin/sh', ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    this.exited = new Promise((resolve) => void this.#child.once('close', resolve));
  }

  /** What is on the screen now, for a program that draws it anew each time. */
  get screen(): string {
    return this.out.slice(this.out.lastIndexOf('\u001B[2J'));
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}
