import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, 'appending-process.ts');

/** Lets eight writers of another process append until so many events were acknowledged, kills it, and gives their numbers. */
export async function appendAndKill(
  directory: string,
  durability: string,
  { first, count }: { readonly first: number; readonly count: number },
): Promise<number[]> {
  const child = spawn(process.execPath, [PROGRAM, directory, durability, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (output.split('\n').length > count) child.kill('SIGKILL');
  });
  await once(child, 'close');
  // The last line may be torn.
  return output.split('\n').slice(0, -1).map(Number);
}
