/**
 * `npm run demo`: the product without a network. A gateway and three origins on loopback, an agent that follows a script, and a
 * request that waits for whoever watches. With `--yes`, or without a terminal, it approves that request itself and ends.
 */
import { parseArgs } from 'node:util';
import { runDemo } from './demo.ts';
import { Narrator } from './narrator.ts';

const { values } = parseArgs({ options: { yes: { type: 'boolean', default: false } } });
const isAttended = !values.yes && process.stdin.isTTY && process.stdout.isTTY;
const narrator = new Narrator();
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => interrupted.abort());

try {
  await runDemo({ narrator, isAttended, signal: interrupted.signal });
} catch (error) {
  if (interrupted.signal.aborted) narrator.say('', 'Stopped; nothing is left behind.');
  else {
    narrator.complain((error as Error).message);
    process.exitCode = 3;
  }
}
