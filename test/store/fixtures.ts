import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { openSqlite, type SqliteOptions } from '../../src/store/sqlite.ts';
import { ManualClock } from '../support/clock.ts';

/** Takes what is to be undone when a test is over, or all of a `describe`. */
export type WhenOver = (undo: () => void | Promise<void>) => void;

export function temporaryDirectory(whenOver: WhenOver = onTestFinished): string {
  const directory = mkdtempSync(join(tmpdir(), 'cordon-store-'));
  whenOver(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** A database for tests, closed when the test ends. */
export async function databaseIn(directory: string, options: Partial<SqliteOptions> = {}): Promise<Database> {
  const clock = new ManualClock('2026-11-22T10:00:00Z');
  const opened = await openSqlite({ file: join(directory, 'cordon.db'), clock, ...options });
  if (!opened.ok) throw new Error(opened.failure.detail);
  onTestFinished(() => opened.value.close());
  return opened.value;
}
