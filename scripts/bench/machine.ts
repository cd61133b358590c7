/** What this machine has: programs, ports, cores, and how many files a process may open. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { delimiter, join } from 'node:path';

/** Directories of programs that are not on every user's PATH. */
const MORE_DIRECTORIES = ['/usr/sbin', '/sbin', '/usr/lib/squid'];

/** Absolute path of a program; undefined where it is not installed. */
export function findProgram(name: string): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), ...MORE_DIRECTORIES];
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Files that a process of this user may have open at once. */
export function openFilesLimit(): number {
  const line = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'latin1'));
  return line?.[1] === undefined || line[1] === 'unlimited' ? Number.POSITIVE_INFINITY : Number(line[1]);
}

/** One line about the machine and the versions that were measured. */
export function describeMachine(): string {
  const [first] = cpus();
  return [
    `${cpus().length} × ${first?.model.trim() ?? 'unknown'}`,
    `Linux ${execFileSync('uname', ['-r'], { encoding: 'utf8' }).trim()}`,
    `Node ${process.versions.node}`,
    ...VERSIONS.flatMap(([name, argument, pattern]) => versionOf(name, argument, pattern) ?? []),
  ].join(', ');
}

const VERSIONS: readonly (readonly [name: string, argument: string, pattern: RegExp])[] = [
  ['squid', '-v', /Version (\S+)/],
  ['mitmdump', '--version', /Mitmproxy: (\S+)/],
  ['tinyproxy', '-v', /tinyproxy (\S+)/],
  ['nginx', '-v', /nginx\/(\S+)/],
  ['wrk', '-v', /wrk \w*\/?(\S+)/],
];

function versionOf(name: string, argument: string, pattern: RegExp): string | undefined {
  const path = findProgram(name);
  if (path === undefined) return undefined;
  try {
    // Some of them print their version to stderr, and end with 1 after it.
    const text = execFileSync('sh', ['-c', '"$0" "$1" 2>&1 || true', path, argument], { encoding: 'utf8' });
    const version = pattern.exec(text)?.[1];
    return version === undefined ? undefined : `${name} ${version}`;
  } catch {
    return undefined;
  }
}
