/** How long threads were ready to run and had no core: what neighbours on the same machine cost. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Gateway } from '../../../test/support/gateway.ts';

/** Whose turn it is while a decision is carried out; those of V8 run beside it. */
const CARRYING: ReadonlySet<string> = new Set(['MainThread', 'sqlite']);

/** Milliseconds so far, of the threads of these gateways that a decision passes through, and of this one, which is client and origin. */
export function waitedForCore(gateways: readonly Gateway[]): number {
  const threads = gateways.flatMap(({ pid }) => carryingThreads(pid));
  return [...threads, '/proc/self'].reduce((sum, thread) => sum + runDelay(thread), 0);
}

function carryingThreads(pid: number): readonly string[] {
  const tasks = `/proc/${pid}/task`;
  const all = readdirSync(tasks).map((task) => `${tasks}/${task}`);
  return all.filter((task) => CARRYING.has(readFileSync(`${task}/comm`, 'utf8').trim()));
}

/** The second number: nanoseconds on a run queue (Documentation/scheduler/sched-stats.rst). */
function runDelay(task: string): number {
  return Number(readFileSync(`${task}/schedstat`, 'utf8').split(' ', 2)[1]) / 1e6;
}
