import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/** Whether this machine has `script` of util-linux, which makes terminals. */
export const HAS_TERMINALS = spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0;

/** A script of ours that runs on a terminal of 160 by 40 characters. */
export class TerminalProcess implements Disposable {
  /** All that was written to the terminal. */
  out = '';
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;

  /** @param tellsModes the modes of the terminal are its first line, and after the script its last */
  constructor(argv: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}, tellsModes = false) {
    const words = [process.execPath, ...argv].map((word) => `"${word}"`).join(' ');
    const command = tellsModes ? `stty -g; ${words}; code=$?; stty -g; exit $code` : `exec ${words}`;
    this.#child = spawn('script', ['-qec', `stty rows 40 columns 160; ${command}`, '/dev/null'], {
      cwd,
      env: { PATH: process.env['PATH'], TERM: 'xterm', SHELL: '/bin/sh', ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    this.exited = new Promise((resolve) => void this.#child.once('close', resolve));
  }

  /** What is on the screen now, for a program that draws it anew each time. */
  get screen(): string {
    return this.out.slice(this.out.lastIndexOf('\u001B[H'));
  }

  /** Changes the size of the terminal, as who pulls at the window does. */
  resize(rows: number, columns: number): void {
    const { pid } = this.#child;
    const [inside = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    const terminal = readlinkSync(`/proc/${inside}/fd/0`);
    spawnSync('stty', ['-F', terminal, 'rows', String(rows), 'columns', String(columns)]);
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}
