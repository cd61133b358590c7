import type { Kysely, Transaction } from 'kysely';
import type {
  ExchangeIndexWriter,
  IndexBatch,
  IndexedSession,
  LateOutcome,
  RecordSpot,
} from '../../core/exchange/exchange-index.ts';
import { attemptStore, attemptWrite } from '../attempt-store.ts';
import type { RowCipher } from '../sealing/row-cipher.ts';
import type { Schema } from '../schema.ts';
import { forgottenOf } from './forgotten-rows.ts';
import { insertRows } from './bulk-statement.ts';
import { EXCHANGE_COLUMNS, exchangeValues, sessionValues, spotsText } from './exchange-row.ts';

/** What a later record says anew; when an exchange began, and who asked, stays. */
const RENEWED = ['decision', 'code', 'would_deny', 'rules', 'entry', 'processing', 'storage', 'transfer', 'policy'];
/** Once told, they stay. */
const TOLD_ONCE = ['approval', 'status', 'sent', 'received', 'total', 'findings'];

const EXCHANGES = {
  head: `INSERT INTO exchanges (${EXCHANGE_COLUMNS.join(', ')}) VALUES`,
  tail: `ON CONFLICT (id) DO UPDATE SET ${[
    ...RENEWED.map((column) => `${column} = excluded.${column}`),
    ...TOLD_ONCE.map((column) => `${column} = coalesce(excluded.${column}, exchanges.${column})`),
    // A row that is written from its beginning knows all its blocks; one that is not adds to them.
    `spots = CASE WHEN excluded.spots LIKE exchanges.spots || '%' THEN excluded.spots ELSE exchanges.spots || ' ' || excluded.spots END`,
  ].join(', ')}`,
};

const COUNTS = ['permitted', 'held', 'denied', 'sent', 'received', 'findings'];

const SESSIONS = {
  head: `INSERT INTO recorded_sessions (id, subject, home, first_at, last_at, ${COUNTS.join(', ')}) VALUES`,
  tail: `ON CONFLICT (id) DO UPDATE SET ${[
    'subject = excluded.subject',
    'home = excluded.home',
    'first_at = CASE WHEN excluded.first_at < recorded_sessions.first_at THEN excluded.first_at ELSE recorded_sessions.first_at END',
    'last_at = CASE WHEN excluded.last_at > recorded_sessions.last_at THEN excluded.last_at ELSE recorded_sessions.last_at END',
    ...COUNTS.map((column) => `${column} = recorded_sessions.${column} + excluded.${column}`),
  ].join(', ')}`,
};

const SHREDDINGS = {
  head: 'INSERT INTO shreddings (session, created_at, writer, seq, actor, reason, failed) VALUES',
  tail: 'ON CONFLICT (session, writer, seq) DO NOTHING',
};

const HOMES = { head: 'INSERT INTO indexed_homes (home) VALUES', tail: 'ON CONFLICT (home) DO NOTHING' };

/** Undoes a transaction in which nothing is to be added. */
class Moved extends Error {}

/** Writes the index; the same statements on SQLite and PostgreSQL. */
export function createExchangeIndexWriter(db: Kysely<Schema>, cipher: RowCipher): ExchangeIndexWriter {
  return {
    position: (writer) =>
      attemptStore('look how far the record is indexed', async () => {
        const row = await db.selectFrom('indexed_writers').selectAll().where('writer', '=', writer).executeTakeFirst();
        return row && { segment: row.segment, offset: row.byte_offset, block: row.block };
      }),

    add: (writer, from, to, batch) =>
      attemptWrite('index records', async () => {
        try {
          await db.transaction().execute(async (transaction) => {
            if (!(await move(transaction, writer, from, to))) throw new Moved();
            await addBatch(transaction, batch, cipher);
          });
          return 'added';
        } catch (error) {
          if (error instanceof Moved) return 'moved';
          throw error;
        }
      }),

    forget: (what, most) =>
      attemptWrite('forget what is past its retention', async () => {
        const sessions = db
          .selectFrom('recorded_sessions')
          .select('id')
          .where(forgottenOf(what, 'first_at', 'last_at'))
          .limit(most);
        const ended = await db.deleteFrom('recorded_sessions').where('id', 'in', sessions).executeTakeFirst();
        const exchanges = db
          .selectFrom('exchanges')
          .select('id')
          .where(forgottenOf(what, 'created_at', 'created_at'))
          .limit(most);
        const forgotten = await db.deleteFrom('exchanges').where('id', 'in', exchanges).executeTakeFirst();
        // With the session that they are about.
        await db
          .deleteFrom('shreddings')
          .where('created_at', '<', what.before)
          .where('session', 'not in', db.selectFrom('recorded_sessions').select('id'))
          .execute();
        return Number(ended.numDeletedRows > forgotten.numDeletedRows ? ended.numDeletedRows : forgotten.numDeletedRows);
      }),

    clear: () =>
      attemptWrite('clear the index', () =>
        db.transaction().execute(async (transaction) => {
          // First, so that whoever adds meanwhile waits, and finds its position gone.
          for (const table of ['indexed_writers', 'exchanges', 'recorded_sessions', 'shreddings', 'indexed_homes'] as const)
            await transaction.deleteFrom(table).execute();
        }),
      ),

    count: () =>
      attemptStore('count exchanges', async () => {
        const counted = await db
          .selectFrom('exchanges')
          .select(({ fn }) => fn.countAll().as('count'))
          .executeTakeFirstOrThrow();
        return Number(counted.count);
      }),
  };
}

async function move(
  db: Transaction<Schema>,
  writer: string,
  from: RecordSpot | undefined,
  { segment, offset, block }: RecordSpot,
): Promise<boolean> {
  if (from === undefined) {
    const begun = await db
      .insertInto('indexed_writers')
      .values({ writer, segment, byte_offset: offset, block })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return begun.numInsertedOrUpdatedRows === 1n;
  }
  const moved = await db
    .updateTable('indexed_writers')
    .set({ segment, byte_offset: offset, block })
    .where('writer', '=', writer)
    .where('segment', '=', from.segment)
    .where('byte_offset', '=', from.offset)
    .executeTakeFirst();
  return moved.numUpdatedRows === 1n;
}

async function addBatch(
  db: Transaction<Schema>,
  { exchanges, outcomes, sessions, shreddings }: IndexBatch,
  cipher: RowCipher,
): Promise<void> {
  await insertRows(
    db,
    EXCHANGES,
    exchanges.map((found) => exchangeValues(found, cipher)),
  );
  const late = outcomes.length === 0 ? [] : await addOutcomes(db, outcomes);
  // In one order, so that replicas that add to the same ones wait for each other and are not undone.
  const rows = merged([...sessions, ...late]).sort((a, b) => (a.id < b.id ? -1 : 1));
  await insertRows(db, SESSIONS, rows.map(sessionValues));
  await insertRows(
    db,
    SHREDDINGS,
    shreddings.map((each) => [each.session, each.at, each.writer, each.seq, each.by, each.reason, each.failed ?? null]),
  );
  const homes = new Set(exchanges.map(({ exchange }) => exchange.home).filter((home) => home !== undefined));
  await insertRows(
    db,
    HOMES,
    [...homes].sort().map((home) => [home]),
  );
}

/** @returns what they add to sessions */
async function addOutcomes(db: Transaction<Schema>, outcomes: readonly LateOutcome[]): Promise<IndexedSession[]> {
  const added: IndexedSession[] = [];
  for (const { id, code, outcome, spot } of outcomes) {
    const row = await db.selectFrom('exchanges').selectAll().where('id', '=', id).executeTakeFirst();
    // Of a folded denial, or of an exchange whose decision retention has removed.
    if (row === undefined) continue;
    const { status = null, sent, received, total, findings } = outcome;
    await db
      .updateTable('exchanges')
      .set({ code: row.code ?? code ?? null, spots: `${row.spots} ${spotsText([spot])}`, status, sent, received, total })
      .set({ findings: JSON.stringify(findings) })
      .where('id', '=', id)
      .execute();
    if (row.session === null) continue;
    added.push({
      id: row.session,
      ...(row.subject !== null && { subject: row.subject }),
      ...(row.home !== null && { home: row.home }),
      firstAt: row.created_at,
      lastAt: row.created_at,
      decisions: { permit: 0, hold: 0, deny: 0 },
      sent,
      received,
      findings: Object.values(findings).reduce((sum, count) => sum + count, 0),
    });
  }
  return added;
}

/** One statement must not name a row twice. */
function merged(sessions: readonly IndexedSession[]): IndexedSession[] {
  const byId = new Map<string, IndexedSession>();
  for (const session of sessions) {
    const before = byId.get(session.id);
    byId.set(session.id, before === undefined ? session : sum(before, session));
  }
  return [...byId.values()];
}

function sum(a: IndexedSession, b: IndexedSession): IndexedSession {
  return {
    ...a,
    firstAt: Math.min(a.firstAt, b.firstAt),
    lastAt: Math.max(a.lastAt, b.lastAt),
    decisions: {
      permit: a.decisions.permit + b.decisions.permit,
      hold: a.decisions.hold + b.decisions.hold,
      deny: a.decisions.deny + b.decisions.deny,
    },
    sent: a.sent + b.sent,
    received: a.received + b.received,
    findings: a.findings + b.findings,
  };
}
