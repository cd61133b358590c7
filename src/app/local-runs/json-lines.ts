import type { Socket } from 'node:net';
import { LONGEST_LINE } from './run-order.ts';

/** The JSON texts that come in, each in a line; ends with the connection, with a line that is too long, and with one that is no JSON. */
export async function* jsonLines(socket: Socket): AsyncGenerator<unknown, void, void> {
  let rest = '';
  try {
    for await (const chunk of socket.setEncoding('utf8')) {
      const lines = `${rest}${chunk as string}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line);
      if (rest.length > LONGEST_LINE) return;
    }
  } catch {
    // Broken off, or no JSON: whoever waits for a line learns that there is none.
  }
}

/** A value as one such line. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
