import { readFile } from 'node:fs/promises';
import { fail, ok, type Result } from '../../core/result.ts';

/**
 * PEM texts of the files that `trust` names.
 * @failure a sentence that names the setting and the file
 */
export async function readAnchors(files: readonly string[]): Promise<Result<string[], string>> {
  const texts: string[] = [];
  for (const file of files) {
    try {
      texts.push(await readFile(file, 'utf8'));
    } catch (error) {
      return fail(`trust: ${file} cannot be read: ${(error as Error).message}`);
    }
  }
  return ok(texts);
}
