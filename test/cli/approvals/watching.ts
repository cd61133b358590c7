import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('../../../scripts/cordon.mjs', import.meta.url));

/** `cordon approvals watch`, as a process of its own. */
export class WatchProcess implements Disposable {
  out = '';
  err = '';
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;

  constructor(cwd: string, token: string, args: readonly string[] = []) {
    this.#child = spawn(process.execPath, [ENTRY, 'approvals', 'watch', ...args], {
      cwd,
      env: { PATH: process.env['PATH'], CORDON_TOKEN: token, NO_COLOR: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.exited = this.#begin();
  }

  #begin(): Promise<number | null> {
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.err += text));
    return new Promise((resolve) => void this.#child.once('close', resolve));
  }

  /** The lines that are complete. */
  get lines(): readonly string[] {
    return this.out.split('\n').slice(0, -1);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Reads no more, as `| head` does. */
  stopReading(): void {
    this.#child.stdout?.destroy();
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}

/** The same on a terminal, which `script` of util-linux makes. */
export class WatchTerminal implements Disposable {
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  #out = '';

  constructor(cwd: string, token: string) {
    const command = `stty rows 40 columns 160; "${process.execPath}" "${ENTRY}" approvals watch`;
    this.#child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd,
      env: { PATH: process.env['PATH'], CORDON_TOKEN: token, TERM: 'xterm', SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#out += text));
    this.exited = new Promise((resolve) => void this.#child.once('close', resolve));
  }

  /** What is on the screen now. */
  get screen(): string {
    return this.#out.slice(this.#out.lastIndexOf('\u001B[2J'));
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}
