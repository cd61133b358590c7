import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { PolicyDigest } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';

/** One policy file. */
export interface PolicyFile {
  /** Name inside the rules directory, as `authority` names it: `base.yaml`. */
  readonly file: string;
  readonly text: string;
  /** Where it lies: relative paths in it start here. Absent: on no disk of this machine, as in a trial. */
  readonly directory?: string;
}

/** The policy files of one moment; never a mixture of two. */
export interface PolicyFiles {
  /** Sorted by name. */
  readonly files: readonly PolicyFile[];
  /** SHA-256 over the names and contents. */
  readonly digest: PolicyDigest;
}

/** Why the rules directory cannot be read. */
export interface PolicyFileIssue {
  /** The file, or the directory itself. */
  readonly file: string;
  readonly message: string;
  readonly hint?: string;
}

const MAX_FILES = 1000;
const MAX_FILE_BYTES = 8 * 1024 * 1024;
const MAX_TOTAL_BYTES = 32 * 1024 * 1024;
/** A directory that changes at every look is not read. */
const MAX_ATTEMPTS = 5;

/**
 * The policy files of a directory: `*.yaml` in it, hidden names and sub-directories (`tests/`) left out, symbolic links
 * followed. When the directory changes while it is read, it is read again, so that a swap is seen whole or not at all.
 */
export async function readPolicyFiles(directory: string): Promise<Result<PolicyFiles, readonly PolicyFileIssue[]>> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const before = await survey(directory);
    if (!before.ok) return before;
    const source = await readAll(directory, [...before.value.keys()]);
    const after = await survey(directory);
    if (after.ok && sameSurvey(before.value, after.value)) return source;
  }
  return fail([{ file: directory, message: 'The policy files change while they are read' }]);
}

/** One policy file, whatever it is called; its name is the last part of the path. */
export async function readPolicyFile(path: string): Promise<Result<PolicyFile, PolicyFileIssue>> {
  const file = basename(path);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
    return ok({ file, text, directory: dirname(path) });
  } catch (error) {
    const message =
      error instanceof TypeError ? 'Found bytes that are not UTF-8' : `The file cannot be read: ${(error as Error).message}`;
    return fail({ file, message });
  }
}

/** Policy files that do not come from one directory: a trial, or files named on the command line. */
export function policyFiles(files: readonly PolicyFile[]): PolicyFiles {
  const sorted = files.toSorted((a, b) => (a.file < b.file ? -1 : 1));
  return { files: sorted, digest: digestOf(sorted) };
}

/** Name → what changes when the file does. */
type Survey = ReadonlyMap<string, string>;

async function survey(directory: string): Promise<Result<Survey, readonly PolicyFileIssue[]>> {
  try {
    const names = (await readdir(directory)).filter((name) => !name.startsWith('.')).sort();
    const files = names.filter((name) => name.endsWith('.yaml'));
    if (files.length > MAX_FILES)
      return fail([{ file: directory, message: `Found ${files.length} policy files, expected at most ${MAX_FILES}` }]);
    const found = await Promise.all(files.map((name) => stat(join(directory, name), { bigint: true })));
    const issues = [...misnamed(names), ...found.flatMap((file, index) => unreadable(files[index] ?? '', file))];
    if (files.length === 0)
      issues.push({ file: directory, message: 'Found no *.yaml file, expected at least one policy file' });
    const total = found.reduce((sum, file) => sum + file.size, 0n);
    if (total > MAX_TOTAL_BYTES)
      issues.push({ file: directory, message: `Found ${total} bytes in all, expected at most ${MAX_TOTAL_BYTES}` });
    return issues.length > 0 ? fail(issues) : ok(new Map(found.map((file, index) => [files[index] ?? '', markOf(file)])));
  } catch (error) {
    return fail([{ file: directory, message: `The policy files cannot be read: ${(error as Error).message}` }]);
  }
}

function unreadable(file: string, found: BigIntStats): PolicyFileIssue[] {
  if (!found.isFile()) return [{ file, message: 'Found something that is not a regular file' }];
  return found.size > MAX_FILE_BYTES
    ? [{ file, message: `Found ${found.size} bytes, expected at most ${MAX_FILE_BYTES}` }]
    : [];
}

// A deny rule in a file that nobody reads would be a hole that nobody sees.
function misnamed(names: readonly string[]): PolicyFileIssue[] {
  return names
    .filter((name) => /\.(?:yml|ya?ml)$/i.test(name) && !name.endsWith('.yaml'))
    .map((file) => ({ file, message: 'Policy files end in .yaml', hint: `Rename it to ${file.replace(/\.[^.]*$/, '.yaml')}` }));
}

function markOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}

function sameSurvey(a: Survey, b: Survey): boolean {
  return a.size === b.size && a.entries().every(([name, mark]) => b.get(name) === mark);
}

async function readAll(directory: string, names: readonly string[]): Promise<Result<PolicyFiles, readonly PolicyFileIssue[]>> {
  const read = await Promise.all(names.map((name) => readPolicyFile(join(directory, name))));
  const issues = read.flatMap((result) => (result.ok ? [] : [result.failure]));
  return issues.length > 0 ? fail(issues) : ok(policyFiles(read.flatMap((result) => (result.ok ? [result.value] : []))));
}

function digestOf(files: readonly PolicyFile[]): PolicyDigest {
  const hash = createHash('sha256');
  // Lengths first, so that no two sets of files run together into the same bytes.
  for (const { file, text } of files) hash.update(`${Buffer.byteLength(file)}:${Buffer.byteLength(text)}:${file}${text}`);
  return `sha256:${hash.digest('hex')}` as PolicyDigest;
}
