import { chmod } from 'node:fs/promises';
import { backup, DatabaseSync } from 'node:sqlite';

/**
 * Copies a database while others write to it: what is copied is one state of it, whole. Rejects with what SQLite reports.
 * @param to a path where nothing is
 */
export async function copySqlite(from: string, to: string): Promise<void> {
  const database = new DatabaseSync(from, { readOnly: true });
  try {
    await backup(database, to);
    await chmod(to, 0o600);
  } finally {
    database.close();
  }
}
