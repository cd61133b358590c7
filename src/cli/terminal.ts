import { once } from 'node:events';
import { styleText } from 'node:util';
import type { Bytes } from '../core/units.ts';

/** Where a command writes and what surrounds it; handed to every command. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** A person sits at it: keys come in, and what goes out is seen. */
  readonly isInteractive?: boolean;
  /** Cells in a line of stdout; undefined where it is no terminal. */
  readonly columns?: number | undefined;
  /** All of stdin; undefined where it is a terminal, which would show what is typed, or longer than {@link MOST_INPUT}. */
  input(): Promise<string | undefined>;
  /** Answers. */
  out(text: string): void;
  /** Long answers, as they are; resolves when there is room for more. */
  write(text: string): Promise<void>;
  /** Everything else: issues, warnings, progress. */
  err(text: string): void;
  /** Styles text for stdout where it is a terminal that shows colours. */
  style(format: Style, text: string): string;
}

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

/** The terminal of this process. A reader that leaves early (`| head`) is no failure. */
export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  return {
    env: process.env,
    cwd: process.cwd(),
    isInteractive: process.stdin.isTTY && process.stdout.isTTY,
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    input: () => readAll(process.stdin),
    out: (text) => void process.stdout.write(`${text}\n`),
    write: (text) => writeAll(process.stdout, text),
    err: (text) => void process.stderr.write(`${text}\n`),
    style: (format, text) => styleText(format, text, { stream: process.stdout }),
  };
}

const MOST_INPUT: Bytes = 1024 * 1024;

async function readAll(stdin: typeof process.stdin): Promise<string | undefined> {
  if (stdin.isTTY) return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stdin as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > MOST_INPUT) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function writeAll(stdout: NodeJS.WriteStream, text: string): Promise<void> {
  // A reader that has left takes nothing any more, and never will.
  if (!stdout.writable || stdout.write(text)) return;
  await Promise.race([once(stdout, 'drain'), once(stdout, 'close')]);
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** Aligns columns with two spaces between them; the last is not padded. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** A line of this width at most; what is left out is at its end. */
export function cut(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}
