/**
 * Runs every check but the tests, as many at a time as there are cores for, and prints what each says once it has ended:
 * `npm run lint`. Exits 1 when one of them found something; the others are run to their end all the same.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';

/** The longest first, so that none of them runs alone at the end. */
const CHECKS = [
  'oxlint',
  'tsc',
  'tsc -p tsconfig.pure.json',
  'node scripts/generate-wasm.ts --check',
  'knip',
  'node scripts/generate-docs.ts --check',
  'tsc -p src/console',
  'oxfmt --check',
] as const;

/** @returns whether it found nothing */
async function run(check: string): Promise<boolean> {
  const [command = '', ...args] = check.split(' ');
  // Through npm the programs of the packages are in PATH.
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject));
  const [out, err, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  process.stdout.write(`== ${check}\n${out}${err}`);
  return status === 0;
}

const waiting = [...CHECKS];
const failed: string[] = [];
async function work(): Promise<void> {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) if (!(await run(check))) failed.push(check);
}
await Promise.all(Array.from({ length: Math.min(availableParallelism(), CHECKS.length) }, work));
if (failed.length > 0) {
  process.stderr.write(`\nFailed: ${failed.join(', ')}\n`);
  process.exitCode = 1;
}
