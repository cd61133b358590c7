import { systemClock } from '../../app/system.ts';
import { openTables } from '../../app/tables.ts';
import type { Settings } from '../../config/settings-schema.ts';

/** The tables of this installation, loaded when they are first asked for: a command does not live to see others. */
export function localTablesOnce(settings: Settings): () => ReturnType<typeof openTables> {
  let tables: ReturnType<typeof openTables> | undefined;
  return () => (tables ??= openTables(settings, systemClock, () => []));
}
