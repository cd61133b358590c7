import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Clock } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';

const LOCK_FILE = '.update.lock';
/** No update takes this long; what is older was left by a process that died. */
export const ABANDONED_AFTER: Milliseconds = 3_600_000;

/** Runs `work` while no other process updates the directory; fails at once when one does. */
export async function withUpdateLock<T>(directory: string, clock: Clock, work: () => Promise<T>): Promise<Result<T, string>> {
  const path = join(directory, LOCK_FILE);
  const taken = await take(path, clock);
  if (!taken.ok) return taken;
  try {
    return ok(await work());
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string, clock: Clock): Promise<Result<void, string>> {
  try {
    const present = await stat(path).catch(() => undefined);
    if (present !== undefined && clock.now() - present.mtimeMs > ABANDONED_AFTER) await rm(path, { force: true });
    const handle = await open(path, 'wx', 0o644);
    await handle.close();
    return ok(undefined);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return fail(`Another update is under way (${path} exists)`);
    return fail(`${path}: ${(error as Error).message}`);
  }
}
