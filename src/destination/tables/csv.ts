import { fail, ok, type Result } from '../../core/result.ts';
import { quote } from '../../wire/quote.ts';

/** A row by column name; every column is there, an empty field is `''`. */
export type CsvRow<Column extends string> = { readonly [C in Column]: string } & {
  /** 1-based line in the file, for messages. */
  readonly line: number;
};

/**
 * Rows of a CSV document whose header is exactly `columns`. A field may be quoted; a quoted field stays on one line, because a
 * table that people review line by line must not hide a row in a field.
 *
 * @source RFC 4180 §2
 */
export function parseCsv<Column extends string>(
  text: string,
  columns: readonly Column[],
): Result<readonly CsvRow<Column>[], string> {
  const lines = text.split('\n');
  const header = lines[0]?.trimEnd();
  if (header !== columns.join(',')) return fail(`line 1: found header ${quote(header ?? '')}, expected ${columns.join(',')}`);

  const rows: CsvRow<Column>[] = [];
  for (const [index, raw] of lines.entries()) {
    const content = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (index === 0 || content === '') continue;
    const fields = splitFields(content);
    if (fields?.length !== columns.length) {
      return fail(`line ${index + 1}: found ${fields?.length ?? 'malformed'} fields, expected ${columns.length}`);
    }
    const row = Object.fromEntries(columns.map((column, i) => [column, fields[i]!]));
    rows.push({ ...row, line: index + 1 } as CsvRow<Column>);
  }
  return ok(rows);
}

const FIELD = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;

/** The fields of one line; undefined when a quote is misplaced. */
function splitFields(line: string): string[] | undefined {
  const fields: string[] = [];
  FIELD.lastIndex = 0;
  for (;;) {
    const match = FIELD.exec(line);
    if (match === null) return undefined;
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '') return fields;
  }
}
