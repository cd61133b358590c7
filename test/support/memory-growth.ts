import { readFile } from 'node:fs/promises';

/** Resident memory of a process in bytes, as Linux counts it. */
async function resident(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** The most that the memory of a process grew while `work` ran, in bytes. */
export async function memoryGrowth(pid: number, work: () => Promise<void>): Promise<number> {
  const before = await resident(pid);
  let most = before;
  const timer = setInterval(() => void resident(pid).then((now) => (most = Math.max(most, now))), 100);
  await work();
  clearInterval(timer);
  return most - before;
}
