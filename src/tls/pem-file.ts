import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { fail, ok, type Result } from '../core/result.ts';

/** Far beyond any chain of certificates; a path that names a device or a dump is refused. */
const MAX_PEM_BYTES = 1024 * 1024;

/**
 * The text of a PEM file.
 *
 * @param secret what the file keeps from others, as in "the interception key": then nobody else may be able to read it
 * @failure a sentence naming the file, what was found and what was expected
 */
export async function readPem(path: string, secret?: string): Promise<Result<string, string>> {
  try {
    // Mode and content come from one open file, so that nothing can be swapped between the look and the read. A pipe that
    // nobody writes to would be waited for.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile()) return fail(`${path}: found something that is not a regular file, expected PEM`);
    const { mode, uid, size } = found;
    if (size > MAX_PEM_BYTES) return fail(`${path}: found ${size} bytes, expected PEM of at most ${MAX_PEM_BYTES}`);
    if (secret !== undefined && isOpenToOthers(mode, uid, process.getuid?.() ?? uid)) {
      return fail(`${path}: found mode ${octal(mode)}, expected 0600: ${secret} must be readable by the gateway alone`);
    }
    return ok(await file.readFile('utf8'));
  } catch (error) {
    return fail(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * Whether a file of this mode and owner can be read or changed by anyone but the user `self`. A key that root owns may be
 * readable by a group: that is how an orchestrator hands a secret to a process of another user.
 */
export function isOpenToOthers(mode: number, owner: number, self: number): boolean {
  const tolerated = owner === 0 && self !== 0 ? 0o040 : 0;
  return (mode & 0o077 & ~tolerated) !== 0;
}

function octal(mode: number): string {
  return `0${(mode & 0o777).toString(8).padStart(3, '0')}`;
}
