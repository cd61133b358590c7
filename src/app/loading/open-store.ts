import { join } from 'node:path';
import type { Settings } from '../../config/settings-schema.ts';
import type { Clock } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import type { Database } from '../../store/database.ts';
import { EXCHANGE_INDEX, type Lineage, STORE } from '../../store/migrate.ts';
import { openSqlite } from '../../store/sqlite.ts';
import { insideHome } from './inside-home.ts';
import { serverJudge } from './judge-server.ts';

export interface StoreParts {
  readonly clock: Clock;
  /** Those in force; asked only for a server, with each connection. */
  readonly tables: () => Promise<Result<GeoTables, string>>;
}

/** What lies in a store: a file each with SQLite, side by side with PostgreSQL. */
interface StoreKind {
  readonly file: string;
  readonly lineage: Lineage;
  /** Connections to PostgreSQL; default: those of the store. */
  readonly connections?: number;
}

const SHARED_STATE: StoreKind = { file: 'cordon.db', lineage: STORE };
/** Apart, since it is written all the time: nobody who waits for shared state is woken by it, or waits for its commits. */
const INDEX: StoreKind = { file: 'index.db', lineage: EXCHANGE_INDEX, connections: 2 };

/**
 * Opens the store that the settings name; others may have it open too.
 * @failure a sentence that names the setting that stands against it, or what is wrong with the database
 */
export function openStore(settings: Settings, parts: StoreParts): Promise<Result<Database, string>> {
  return open(settings, parts, SHARED_STATE);
}

/**
 * The same for the index over exchanges.
 * @failure as {@link openStore}
 */
export function openIndexStore(settings: Settings, parts: StoreParts): Promise<Result<Database, string>> {
  return open(settings, parts, INDEX);
}

async function open(
  settings: Settings,
  { clock, tables }: StoreParts,
  { file, ...kind }: StoreKind,
): Promise<Result<Database, string>> {
  const { data, store } = settings;
  if (store.url === 'sqlite') return orDetail(await openSqlite({ file: join(data.directory, file), clock, ...kind }));
  // Only where it is used: most installations never load the driver.
  const { openPostgres } = await import('../../store/postgres/postgres.ts');
  const { readPostgresUrl } = await import('../../store/postgres/server.ts');
  const server = readPostgresUrl(store.url);
  if (!server.ok) return fail(`store.url: ${server.failure}`);
  const judged = await judgeServer(server.value, settings, tables);
  return judged.ok
    ? orDetail(
        await openPostgres({ url: store.url, clock, judge: serverJudge(server.value, { settings, tables, clock }), ...kind }),
      )
    : judged;
}

function orDetail(opened: Awaited<ReturnType<typeof openSqlite>>): Result<Database, string> {
  return opened.ok ? opened : fail(opened.failure.detail);
}

/**
 * Whether the gateway may keep its state there (invariant 10): its own home is where the node is, what leaves the machine stays
 * inside it, and nothing remote starts before both places are stated.
 */
async function judgeServer(
  { isHere, label }: { readonly isHere: boolean; readonly label: string },
  { node, store }: Settings,
  tables: StoreParts['tables'],
): Promise<Result<void, string>> {
  // As with a file: served, and the banner says that no place is stated.
  if (isHere && node.place === undefined) return ok(undefined);
  if (node.place === undefined) {
    return fail(`node.place: Found none, expected where this machine stands, since the store is elsewhere: ${label}`);
  }
  if (store.place === undefined) return fail(`store.place: Found none, expected where the PostgreSQL database ${label} lies`);
  const known = await tables();
  if (!known.ok) return known;
  const because = 'what the gateway keeps stays at its own home';
  return insideHome({ setting: 'store.place', place: store.place, because }, node, known.value.world);
}
