import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { journalIn, temporaryDirectory } from './fixtures.ts';
import { recordsOf, verified } from '../support/record-files.ts';

const PROGRAM = join(import.meta.dirname, 'appending-process.ts');

/** Lets another process append until it has acknowledged some events, kills it, and gives their numbers. */
async function appendAndKill(directory: string, durability: string, first: number): Promise<number[]> {
  const child = spawn(process.execPath, [PROGRAM, directory, durability, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.split('\n').length > 100) child.kill('SIGKILL');
  });
  await once(child, 'close');
  // The last line may be torn.
  return output.split('\n').slice(0, -1).map(Number);
}

describe('a journal whose process is killed', () => {
  it.each(['batched', 'strict'])('loses nothing that it acknowledged under "%s"', async (durability) => {
    const directory = temporaryDirectory();
    const acknowledged: number[] = [];
    for (let round = 0; round < 2; round++) {
      acknowledged.push(...(await appendAndKill(directory, durability, round * 1_000_000)));
    }
    const journal = await journalIn(directory);
    const recorded = new Set(recordsOf(journal.directory).map((record) => record['exchange']));
    expect(acknowledged.length).toBeGreaterThan(150);
    expect(acknowledged.filter((number) => !recorded.has(`x${number}`))).toEqual([]);
    // The lock of the dead process holds nobody up: both rounds and this one wrote one chain.
    expect(await verified(journal.directory)).toMatchObject({ ok: true, value: { writer: journal.writer } });
  });
});
