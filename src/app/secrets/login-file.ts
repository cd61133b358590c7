import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Bytes } from '../../core/units.ts';

/** Tokens, secret ids and JWTs are shorter, and go into fields of HTTP. */
const MOST: Bytes = 16 * 1024;
const VISIBLE = /^[\x21-\x7e]+$/;

/**
 * What the gateway signs in to Vault with, from a file that somebody else may replace.
 * @param setting for the failure: `secrets.vault.token-file`
 * @failure a sentence, without any of it
 */
export async function readLoginFile(setting: string, path: string): Promise<Result<string, string>> {
  try {
    // A pipe that nobody writes to would be waited for.
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = await file.stat();
    if (!found.isFile() || found.size > MOST) return fail(`${setting}: ${path} is no file of at most ${MOST} bytes`);
    if ((found.mode & 0o022) !== 0) return fail(`${setting}: ${path} can be changed by others, expected a mode such as 0400`);
    const text = (await file.readFile('latin1')).trim();
    return VISIBLE.test(text) ? ok(text) : fail(`${setting}: ${path} holds no line of visible ASCII characters`);
  } catch (error) {
    return fail(`${setting}: ${(error as Error).message}`);
  }
}
