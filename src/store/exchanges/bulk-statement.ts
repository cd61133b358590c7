import { CompiledQuery, PostgresAdapter, type Kysely } from 'kysely';

/** Rows in one statement; fewer make it powers of two, so that few statements have to be prepared. */
const MOST_ROWS = 64;

/**
 * Inserts many rows by statements made once. The query builder makes a node of every value, which would cost more than the
 * database does.
 * @param head `INSERT INTO … VALUES`
 * @param tail what follows the rows
 */
export async function insertRows<S>(
  db: Kysely<S>,
  { head, tail }: { readonly head: string; readonly tail: string },
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  const isNumbered = db.getExecutor().adapter instanceof PostgresAdapter;
  for (let at = 0; at < rows.length;) {
    const count = Math.min(MOST_ROWS, 2 ** Math.floor(Math.log2(rows.length - at)));
    const some = rows.slice(at, at + count);
    const sql = `${head} ${placeholders(count, some[0]!.length, isNumbered)} ${tail}`;
    await db.executeQuery(CompiledQuery.raw(sql, some.flat()));
    at += count;
  }
}

const KNOWN = new Map<string, string>();

/** `(?, ?), (?, ?)`, or `($1, $2), ($3, $4)` where they are numbered. */
function placeholders(rows: number, columns: number, isNumbered: boolean): string {
  const key = `${rows} ${columns} ${isNumbered}`;
  const known = KNOWN.get(key);
  if (known !== undefined) return known;
  const row = (index: number): string =>
    `(${Array.from({ length: columns }, (_, column) => (isNumbered ? `$${index * columns + column + 1}` : '?')).join(', ')})`;
  const made = Array.from({ length: rows }, (_, index) => row(index)).join(', ');
  KNOWN.set(key, made);
  return made;
}
