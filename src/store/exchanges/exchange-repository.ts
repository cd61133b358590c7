import { sql, type Kysely } from 'kysely';
import type {
  ExchangeFilter,
  ExchangeIndex,
  IndexedExchange,
  IndexedShredding,
  PlaceCount,
} from '../../core/exchange/exchange-index.ts';
import type { ListCursor, Page, PageQuery } from '../../core/page.ts';
import { attemptStore } from '../attempt-store.ts';
import { pageOf } from '../page.ts';
import type { RowCipher } from '../sealing/row-cipher.ts';
import type { Schema } from '../schema.ts';
import { matching, narrowed, withinSession } from './exchange-conditions.ts';
import { fromExchangeRow, fromSessionRow, parseSpots, type ExchangeRow } from './exchange-row.ts';

/** Exchanges that are looked through at once, and how often for one page: a rare match must not hold up the store. */
const WINDOW = 20_000;
const MOST_WINDOWS = 5;
/** Exchanges that are counted by place. */
const MOST_COUNTED = 100_000;

/** The index as people ask it; the same statements on SQLite and PostgreSQL. */
export function createExchangeRepository(db: Kysely<Schema>, cipher: RowCipher): ExchangeIndex {
  return {
    list: (query) => attemptStore('list exchanges', () => list(db, cipher, query)),

    find: (id) =>
      attemptStore('find an exchange', async () => {
        const row = await db.selectFrom('exchanges').selectAll().where('id', '=', id).executeTakeFirst();
        return row && { exchange: fromExchangeRow(row, cipher), spots: parseSpots(row.spots) };
      }),

    places: (filter) => attemptStore('count places', () => countPlaces(db, filter)),

    sessions: ({ subject, homes, ...page }) =>
      attemptStore('list sessions', async () => {
        let query = db.selectFrom('recorded_sessions').selectAll();
        if (subject !== undefined) query = query.where('subject', '=', subject);
        if (homes !== undefined)
          query = query.where((where) => (homes.length === 0 ? where.lit(false) : where('home', 'in', homes)));
        if (page.after !== undefined)
          query = query.where(sql<boolean>`(last_at, id) < (${page.after.createdAt}, ${page.after.id})`);
        const rows = await query
          .orderBy('last_at', 'desc')
          .orderBy('id', 'desc')
          .limit(page.limit + 1)
          .execute();
        return pageOf(
          rows.map((row) => ({ ...row, created_at: row.last_at })),
          page,
          fromSessionRow,
        );
      }),

    session: (id) =>
      attemptStore('find a session', async () => {
        const row = await db.selectFrom('recorded_sessions').selectAll().where('id', '=', id).executeTakeFirst();
        return row && fromSessionRow(row);
      }),

    shreddings: (session) =>
      attemptStore('find what was shredded', async () => {
        const rows = await db
          .selectFrom('shreddings')
          .selectAll()
          .where('session', '=', session)
          .orderBy('created_at')
          .orderBy('writer')
          .orderBy('seq')
          .execute();
        return cameAbout(rows);
      }),

    homes: () =>
      attemptStore('list homes', async () => {
        const rows = await db.selectFrom('indexed_homes').select('home').orderBy('home').execute();
        return rows.map(({ home }) => home);
      }),
  };
}

/** That something failed stands behind the record of it, in the chain of the same process, and says the same otherwise. */
function cameAbout(rows: readonly Schema['shreddings'][]): IndexedShredding[] {
  const done: IndexedShredding[] = [];
  for (const { session, created_at: at, writer, seq, actor: by, reason, failed } of rows) {
    const before = done.findLastIndex((each) => each.writer === writer && each.by === by && each.reason === reason);
    if (failed === null) done.push({ session, at, writer, seq, by, reason });
    else if (before !== -1) done.splice(before, 1);
  }
  return done;
}

async function list(
  db: Kysely<Schema>,
  cipher: RowCipher,
  { limit, after, ...asked }: ExchangeFilter & PageQuery,
): Promise<Page<IndexedExchange>> {
  const filter = await withinSession(db, asked);
  const rows: ExchangeRow[] = [];
  let behind = after;
  for (let windows = 0; windows < MOST_WINDOWS; windows++) {
    const found = await matching(db, filter, { size: WINDOW, after: behind })
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1 - rows.length)
      .execute();
    rows.push(...found);
    if (rows.length > limit) return pageOf(rows, { limit }, (row) => fromExchangeRow(row, cipher));
    behind = await endOfWindow(db, filter, behind);
    if (behind === undefined) break;
  }
  const items = rows.map((row) => fromExchangeRow(row, cipher));
  return behind === undefined ? { items } : { items, next: behind };
}

/** The last exchange of a window that is full; undefined where it is the last one. */
async function endOfWindow(
  db: Kysely<Schema>,
  filter: ExchangeFilter,
  after: ListCursor | undefined,
): Promise<ListCursor | undefined> {
  const last = await narrowed(db, filter, after)
    .select(['created_at', 'id'])
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .offset(WINDOW - 1)
    .executeTakeFirst();
  return last && { createdAt: last.created_at, id: last.id };
}

async function countPlaces(
  db: Kysely<Schema>,
  asked: ExchangeFilter,
): Promise<{ readonly counts: readonly PlaceCount[]; readonly isWhole: boolean }> {
  const filter = await withinSession(db, asked);
  const rows = await matching(db, filter, { size: MOST_COUNTED, after: undefined })
    .select(['processing', 'decision'])
    .select(({ fn }) => fn.countAll().as('count'))
    .where('processing', 'is not', null)
    .groupBy(['processing', 'decision'])
    .orderBy('processing')
    .orderBy('decision')
    .execute();
  const beyond = await narrowed(db, filter, undefined).select('id').limit(1).offset(MOST_COUNTED).executeTakeFirst();
  const counts = rows.map(({ processing, decision, count }) => ({
    place: processing ?? '',
    decision: decision as PlaceCount['decision'],
    count: Number(count),
  }));
  return { counts, isWhole: beyond === undefined };
}
