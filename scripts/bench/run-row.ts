/**
 * What `cordon run` adds to a command: beside a gateway with the policy of all other rows, `cordon run -- true` and `true` itself
 * in turns. It may use every core, since the namespaces are made while the program reads what it needs.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Milliseconds } from '../../src/core/units.ts';
import { absolute, median, type Row } from './bench.ts';
import { pinned } from './pinned-process.ts';
import { startProxy } from './world/proxies.ts';

const ROW = 'added by cordon run to a command';
const TARGET: Milliseconds = 150;
/** Other programs of the machine only ever add: the best of many rounds is what it takes. */
const ROUNDS = 20;
const ENTRY = join(import.meta.dirname, '../cordon.mjs');
/** Milliseconds in a unit of /proc/PID/stat. */
const TICK: Milliseconds = 10;

export const startOfCommand: Row = async (bench) => {
  await using proxy = await startProxy('cordon', { ...bench, directory: join(bench.directory, 'run') });
  if (proxy === undefined) throw new Error('Cordon did not start');
  // Where its data directory is, and that of the certificates in it.
  const directory = join(proxy.caFile, '../../..');
  const through = [process.execPath, ENTRY, 'run', '--agent', 'bench', '--', 'true'];
  // The first writes the trust files and fills the compile cache.
  for (const command of [through, through]) wallTime(command, directory);
  const added = Array.from({ length: ROUNDS }, () => wallTime(through, directory) - wallTime(['true'], directory));
  const before = timeOfChildren();
  for (let round = 0; round < ROUNDS; round++) wallTime(through, directory);
  bench.note(`${ROW}: CPU time ${((timeOfChildren() - before) / ROUNDS).toFixed(0)} ms, without that of the gateway`);
  const [best, middle] = [Math.min(...added), median(added)];
  return [
    absolute(`${ROW}, best of ${ROUNDS}`, `≤ ${TARGET} ms`, `${best.toFixed(0)} ms`, best <= TARGET),
    absolute(`${ROW}, median`, `≤ ${TARGET} ms`, `${middle.toFixed(0)} ms`, middle <= TARGET),
  ];
};

function wallTime([program = '', ...rest]: readonly string[], directory: string): Milliseconds {
  const { command, args } = pinned('everywhere', program, rest);
  const start = performance.now();
  const { status, stderr } = spawnSync(command, args, { cwd: directory });
  if (status !== 0) throw new Error(`${program} ended with ${status}:\n${stderr.toString()}`);
  return performance.now() - start;
}

/** User and system time of what this process has started and seen end, children of theirs included (proc_pid_stat(5), 16 and 17). */
function timeOfChildren(): Milliseconds {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK;
}
