import { sql, type RawBuilder } from 'kysely';
import type { ForgottenExchanges } from '../../core/exchange/exchange-index.ts';

/**
 * The condition of rows whose time is over and that no hold covers. A column that is empty equals nothing that a hold names.
 * @param from, to columns with the first and the last instant of what the row is about
 */
export function forgottenOf(
  { before, home, butHomes = [], holds }: ForgottenExchanges,
  from: 'first_at' | 'created_at',
  to: 'last_at' | 'created_at',
): RawBuilder<boolean> {
  const conditions = [sql`${sql.ref(to)} < ${before}`];
  if (home !== undefined) conditions.push(sql`home = ${home}`);
  if (butHomes.length > 0) conditions.push(sql`coalesce(home, '') NOT IN (${sql.join(butHomes)})`);
  for (const hold of holds) {
    const covers = [sql`1 = 1`];
    if (hold.subject !== undefined) covers.push(sql`coalesce(subject, '') = ${hold.subject}`);
    if (hold.home !== undefined) covers.push(sql`coalesce(home, '') = ${hold.home}`);
    if (hold.session !== undefined)
      covers.push(sql`coalesce(${sql.ref(from === 'first_at' ? 'id' : 'session')}, '') = ${hold.session}`);
    if (hold.since !== undefined) covers.push(sql`${sql.ref(to)} >= ${hold.since}`);
    if (hold.until !== undefined) covers.push(sql`${sql.ref(from)} < ${hold.until}`);
    conditions.push(sql`NOT (${sql.join(covers, sql` AND `)})`);
  }
  return sql<boolean>`(${sql.join(conditions, sql` AND `)})`;
}
