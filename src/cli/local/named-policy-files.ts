import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  policyFiles,
  readPolicyFile,
  readPolicyFiles,
  type PolicyFile,
  type PolicyFileIssue,
  type PolicyFiles,
} from '../../config/policy-files.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { shownPath } from './local-policy.ts';

/** Policy files that arguments name, and how each is shown to a person. */
export interface NamedPolicyFiles {
  readonly source: PolicyFiles;
  readonly show: (file: string) => string;
}

/**
 * The policy files that arguments name: directories stand for their `*.yaml`, and together they are one policy.
 *
 * @failure every file that cannot be read
 */
export async function namedPolicyFiles(
  paths: readonly string[],
  cwd: string,
): Promise<Result<NamedPolicyFiles, readonly PolicyFileIssue[]>> {
  const files: PolicyFile[] = [];
  const shown = new Map<string, string>();
  const issues: PolicyFileIssue[] = [];
  for (const path of paths.map((argument) => resolve(cwd, argument))) {
    const read = await readPath(path);
    if (!read.ok)
      issues.push(...read.failure.map((issue) => ({ ...issue, file: shownPath(resolve(read.directory, issue.file), cwd) })));
    for (const { file, text } of read.ok ? read.files : []) {
      const full = shownPath(join(read.directory, file), cwd);
      // `authority` goes by the bare name; where two directories have the same, the second goes by its path.
      const name = shown.has(file) ? full : file;
      shown.set(name, full);
      files.push({ file: name, text, directory: read.directory });
    }
  }
  return issues.length > 0 ? fail(issues) : ok({ source: policyFiles(files), show: (file) => shown.get(file) ?? file });
}

type ReadPath =
  | { readonly ok: true; readonly directory: string; readonly files: readonly PolicyFile[] }
  | { readonly ok: false; readonly directory: string; readonly failure: readonly PolicyFileIssue[] };

async function readPath(path: string): Promise<ReadPath> {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) {
    const file = await readPolicyFile(path);
    const directory = dirname(path);
    return file.ok ? { ok: true, directory, files: [file.value] } : { ok: false, directory, failure: [file.failure] };
  }
  const read = await readPolicyFiles(path);
  return read.ok
    ? { ok: true, directory: path, files: read.value.files }
    : { ok: false, directory: path, failure: read.failure };
}
