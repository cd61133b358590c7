import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Failure } from '../../core/codes.ts';
import type { Random } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { removedNumbers, segmentNumbers } from '../segment/segment-names.ts';

/** The sole right to write one chain, until disposed of or until the process ends in whatever way. */
export interface WriterClaim extends Disposable {
  /** Id of the writer, stable over restarts. */
  readonly writer: string;
  /** Its directory. */
  readonly directory: string;
}

const WRITER_ID = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Whether a directory of this name can be that of a writer. */
export function isWriterId(name: string): boolean {
  return WRITER_ID.test(name);
}

/**
 * Claims a writer below `recordings`: the named one, else the first that no living process holds, else a new one. So one
 * gateway keeps its chain over restarts, and a second process on the same directory gets a chain of its own.
 * @failure audit_unavailable when the named writer is held by a process, or the directory cannot be used
 */
export function claimWriter(recordings: string, random: Random, named?: string): Result<WriterClaim, Failure> {
  try {
    mkdirSync(recordings, { recursive: true, mode: 0o700 });
    if (named !== undefined) return claimNamed(recordings, named);
    return ok(claimFirst(recordings) ?? claimNew(recordings, random));
  } catch (error) {
    return fail({ code: 'audit_unavailable', detail: `Cannot use ${recordings}: ${String(error)}` });
  }
}

function claimFirst(recordings: string): WriterClaim | undefined {
  for (const writer of writerIds(recordings)) {
    if (isFinished(join(recordings, writer))) continue;
    const claim = tryClaim(recordings, writer);
    if (claim !== undefined) return claim;
  }
  return undefined;
}

/** Of several processes that start at once, another one may find the new directory, and claim it, before this one has. */
function claimNew(recordings: string, random: Random): WriterClaim {
  for (;;) {
    const claim = tryClaim(recordings, `w${Buffer.from(random.bytes(8)).toString('hex')}`);
    if (claim !== undefined) return claim;
  }
}

function writerIds(recordings: string): string[] {
  return readdirSync(recordings, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && WRITER_ID.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

/** Whether retention has removed the end of a chain: nobody can go on from what is left. */
function isFinished(directory: string): boolean {
  const last = removedNumbers(directory).at(-1);
  return last !== undefined && last > (segmentNumbers(directory).at(-1) ?? 0);
}

function claimNamed(recordings: string, writer: string): Result<WriterClaim, Failure> {
  if (!WRITER_ID.test(writer)) {
    return fail({ code: 'audit_unavailable', detail: `Found writer "${writer}", expected ${WRITER_ID.source}` });
  }
  const claim = tryClaim(recordings, writer);
  if (claim !== undefined) return ok(claim);
  return fail({ code: 'audit_unavailable', detail: `Another process writes the chain "${writer}" in ${recordings}` });
}

/**
 * Node offers no file lock. SQLite does: an exclusive transaction holds a lock that the kernel drops when the process dies,
 * so that neither kill -9 nor a reused process id can leave a stale one or break a live one. Nothing is stored in the file.
 */
function tryClaim(recordings: string, writer: string): WriterClaim | undefined {
  const directory = join(recordings, writer);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = tryLock(join(directory, 'lock'));
  return lock === undefined ? undefined : { writer, directory, [Symbol.dispose]: () => lock[Symbol.dispose]() };
}

/** Undefined while another process, or somebody else in this one, has it. Throws what the operating system reports. */
export function tryLock(path: string): Disposable | undefined {
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    // By path: opening and closing the file here would drop the locks this process may hold on it (fcntl(2)).
    chmodSync(path, 0o600);
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return { [Symbol.dispose]: () => lock.close() };
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
