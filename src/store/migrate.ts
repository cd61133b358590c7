import { PostgresAdapter, sql, type Kysely } from 'kysely';
import type { Failure } from '../core/codes.ts';
import type { Clock } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { attemptStore } from './attempt-store.ts';
import { createTokens } from './migrations/0001-tokens.ts';
import { createMaskedValues } from './migrations/0002-masked-values.ts';
import { createApprovals } from './migrations/0003-approvals.ts';
import { createPeople } from './migrations/0004-people.ts';
import { createWebhookOutbox } from './migrations/0005-webhook-outbox.ts';
import { createExchangeIndex, createShreddings } from './exchanges/exchange-index-tables.ts';
import { createContentKeys } from './migrations/0006-content-keys.ts';
import { createLegalHolds } from './migrations/0007-legal-holds.ts';
import { createStoppedAgents } from './migrations/0008-stopped-agents.ts';
import { createWorkloads } from './migrations/0009-workloads.ts';
import { createEndings } from './migrations/0010-endings.ts';
import { createBreakGlass } from './migrations/0011-break-glass.ts';
import { createReplicas } from './migrations/0012-replicas.ts';
import { createSharedKeys } from './migrations/0013-shared-keys.ts';
import { createLimitWindows } from './migrations/0014-limit-windows.ts';
import type { Schema } from './schema.ts';

/** One step forward; there is no way back. */
export interface Migration {
  readonly name: string;
  /** Must not depend on {@link Schema}, which describes the tables after the last migration. */
  readonly apply: (db: Kysely<unknown>) => Promise<void>;
  /**
   * It only adds: programs that do not know it can go on with the database, and start on it. That is what lets replicas be
   * upgraded one after the other.
   */
  readonly isAdditive?: true;
}

/** In order: the version of a database is how many of these it has seen. */
export const MIGRATIONS: readonly Migration[] = [
  { name: '0001-tokens', apply: createTokens },
  { name: '0002-masked-values', apply: createMaskedValues },
  { name: '0003-approvals', apply: createApprovals },
  { name: '0004-people', apply: createPeople },
  { name: '0005-webhook-outbox', apply: createWebhookOutbox },
  { name: '0006-content-keys', apply: createContentKeys },
  { name: '0007-legal-holds', apply: createLegalHolds },
  { name: '0008-stopped-agents', apply: createStoppedAgents },
  { name: '0009-workloads', apply: createWorkloads },
  { name: '0010-endings', apply: createEndings },
  { name: '0011-break-glass', apply: createBreakGlass },
  { name: '0012-replicas', apply: createReplicas },
  { name: '0013-shared-keys', apply: createSharedKeys },
  { name: '0014-limit-windows', apply: createLimitWindows },
];

/** The steps of one set of tables, and the table that says which were taken. */
export interface Lineage {
  readonly ledger: 'schema_migrations' | 'index_migrations';
  readonly migrations: readonly Migration[];
}

export const STORE: Lineage = { ledger: 'schema_migrations', migrations: MIGRATIONS };

/** The index over exchanges: apart from the store, since it can be made anew and is written all the time. */
export const EXCHANGE_INDEX: Lineage = {
  ledger: 'index_migrations',
  migrations: [
    { name: '0001-exchange-index', apply: createExchangeIndex },
    { name: '0002-shreddings', apply: createShreddings },
  ],
};

/**
 * Brings the database to the version of the program, in one transaction that no other process shares.
 * @failure store_unavailable when a newer program has changed what this one relies on, when another one made the database, or when
 * it cannot be changed
 */
export async function migrate(
  db: Kysely<Schema>,
  clock: Clock,
  { ledger, migrations }: Lineage = STORE,
): Promise<Result<void, Failure>> {
  const migrated = await attemptStore('migrate', () =>
    db.transaction().execute(async (transaction) => {
      await lock(transaction);
      await createLedgers(transaction, ledger);
      const applied = await transaction.selectFrom(ledger).selectAll().orderBy('version').execute();
      const mismatch =
        compareKnown(applied, migrations) ?? (await compareNewer(transaction, ledger, applied, migrations.length));
      if (mismatch !== undefined) return mismatch;
      for (const [index, { name, apply, isAdditive }] of migrations.entries()) {
        if (index < applied.length) continue;
        await apply(transaction as unknown as Kysely<unknown>);
        const version = index + 1;
        await transaction.insertInto(ledger).values({ version, name, applied_at: clock.now() }).execute();
        if (isAdditive) await transaction.insertInto('additive_migrations').values({ ledger, version }).execute();
      }
      return undefined;
    }),
  );
  if (!migrated.ok) return migrated;
  return migrated.value === undefined ? ok(undefined) : fail({ code: 'store_unavailable', detail: migrated.value });
}

/** Of the advisory lock: any number that nobody else in the database uses. */
const LOCK_ID = 4_279_308_716_519;

/** Until the end of the transaction. On SQLite the transaction is the lock: it begins with the right to write. */
async function lock(transaction: Kysely<Schema>): Promise<void> {
  if (!(transaction.getExecutor().adapter instanceof PostgresAdapter)) return;
  await sql`SELECT pg_advisory_xact_lock(${sql.lit(LOCK_ID)})`.execute(transaction);
}

async function createLedgers(db: Kysely<Schema>, ledger: Lineage['ledger']): Promise<void> {
  await db.schema
    .createTable(ledger)
    .ifNotExists()
    .addColumn('version', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('applied_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('additive_migrations')
    .ifNotExists()
    .addColumn('ledger', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('additive_migrations_key', ['ledger', 'version'])
    .execute();
}

type Applied = readonly { readonly version: number; readonly name: string }[];

function compareKnown(applied: Applied, known: readonly Migration[]): string | undefined {
  for (const [index, { version, name }] of applied.slice(0, known.length).entries()) {
    const expected = known[index]!.name;
    if (version !== index + 1 || name !== expected)
      return `Found migration ${version} "${name}", expected ${index + 1} "${expected}"`;
  }
  return undefined;
}

/** What a newer program did is of no matter as long as it only added. */
async function compareNewer(
  db: Kysely<Schema>,
  ledger: Lineage['ledger'],
  applied: Applied,
  known: number,
): Promise<string | undefined> {
  if (applied.length <= known) return undefined;
  const rows = await db.selectFrom('additive_migrations').select('version').where('ledger', '=', ledger).execute();
  const additive = new Set(rows.map(({ version }) => version));
  const changing = applied.slice(known).find(({ version }) => !additive.has(version));
  if (changing === undefined) return undefined;
  return `Found a database of version ${applied.length}, expected at most ${known}: it was used by a newer Cordon, whose migration "${changing.name}" changed what this one relies on`;
}
