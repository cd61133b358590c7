import {
  sql,
  type ExpressionBuilder,
  type ExpressionWrapper,
  type Kysely,
  type SelectQueryBuilder,
  type SqlBool,
} from 'kysely';
import type { ExchangeFilter } from '../../core/exchange/exchange-index.ts';
import type { ListCursor } from '../../core/page.ts';
import type { Schema } from '../schema.ts';

type Exchanges = Pick<Schema, 'exchanges'>;
/** A query over exchanges of which nothing is selected yet. */
type Query<DB extends Exchanges> = SelectQueryBuilder<DB, 'exchanges', object>;

/** The exchanges that an index leads to: of a time, behind a place in the list. */
export function narrowed(db: Kysely<Schema>, { since, until }: ExchangeFilter, after: ListCursor | undefined): Query<Schema> {
  let query = db.selectFrom('exchanges');
  if (since !== undefined) query = query.where('created_at', '>=', since);
  if (until !== undefined) query = query.where('created_at', '<', until);
  if (after !== undefined) query = query.where(sql<boolean>`(created_at, id) < (${after.createdAt}, ${after.id})`);
  return query;
}

/** Those among the newest `size` of them that fit all of the filter. */
export function matching(
  db: Kysely<Schema>,
  filter: ExchangeFilter,
  { size, after }: { readonly size: number; readonly after: ListCursor | undefined },
): Query<Exchanges> {
  const window = narrowed(db, filter, after)
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(size)
    .as('exchanges');
  return db.selectFrom(window).where((where) => where.and(conditions(where, filter)));
}

type Where = ExpressionBuilder<Exchanges, 'exchanges'>;
type Condition = ExpressionWrapper<Exchanges, 'exchanges', SqlBool>;

function conditions(where: Where, { homes, host, place, rule, entity, ...filter }: ExchangeFilter): Condition[] {
  const all: Condition[] = [];
  for (const column of ['subject', 'session', 'decision', 'code'] as const) {
    const wanted = filter[column];
    if (wanted !== undefined) all.push(where(column, '=', wanted));
  }
  if (homes !== undefined) all.push(homes.length === 0 ? where.and([where.lit(false)]) : where('home', 'in', homes));
  if (host?.startsWith('*.') === true) all.push(like('host', `%${literally(host.slice(1))}`));
  else if (host !== undefined) all.push(where('host', '=', host));
  if (place !== undefined) {
    all.push(where.or((['entry', 'processing', 'storage'] as const).map((facet) => where(facet, '=', place))));
  }
  // Both are JSON of ids, in which nothing has to be escaped: a quoted one stands for itself.
  if (rule !== undefined) all.push(like('rules', `%"${literally(rule)}"%`));
  if (entity !== undefined) all.push(like('findings', `%"${literally(entity)}":%`));
  return all;
}

function like(column: 'host' | 'rules' | 'findings', pattern: string): Condition {
  return sql<boolean>`${sql.ref(column)} LIKE ${pattern} ESCAPE '!'` as unknown as Condition;
}

/** For a pattern: it stands for itself. */
function literally(text: string): string {
  return text.replaceAll(/[%_!]/g, '!$&');
}

/** The filter with what is known of its session: from when to when it ran. */
export async function withinSession(db: Kysely<Schema>, filter: ExchangeFilter): Promise<ExchangeFilter> {
  const { session, since = 0, until = Number.MAX_SAFE_INTEGER } = filter;
  if (session === undefined) return filter;
  const row = await db
    .selectFrom('recorded_sessions')
    .select(['first_at', 'last_at'])
    .where('id', '=', session)
    .executeTakeFirst();
  if (row === undefined) return { ...filter, until: 0 };
  return { ...filter, since: Math.max(since, row.first_at), until: Math.min(until, row.last_at + 1) };
}
