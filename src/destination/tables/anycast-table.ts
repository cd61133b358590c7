import type { IpAddress } from '../../core/address.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { parseInstant } from '../../core/units.ts';
import { parseCidr } from '../../wire/address/cidr.ts';
import { buildIntervalTable, type IntervalEntry } from '../../wire/address/interval-table.ts';
import { quote } from '../../wire/quote.ts';
import { parseCsv } from './csv.ts';

/** Who announces a block from many places, or serves it from any. */
export interface AnycastBlock {
  readonly operator: string;
  readonly date: string;
}

export interface AnycastTable {
  readonly size: number;
  /** The latest day a row was checked, `YYYY-MM-DD`. */
  readonly date: string;
  lookup(address: IpAddress): IntervalEntry<AnycastBlock> | undefined;
}

const COLUMNS = ['cidr', 'operator', 'kind', 'source', 'date'] as const;

/** The blocks of `geoip-data/anycast.csv`, which have no country whatever a database says. */
export function parseAnycastTable(text: string): Result<AnycastTable, string> {
  const rows = parseCsv(text, COLUMNS);
  if (!rows.ok) return rows;
  const entries: IntervalEntry<AnycastBlock>[] = [];
  for (const { cidr: block, operator, source, date, line } of rows.value) {
    const cidr = parseCidr(block);
    if (!cidr.ok) return fail(`line ${line}: ${cidr.failure}`);
    if (operator === '' || source === '') return fail(`line ${line}: expected an operator and a source`);
    if (date.length !== 10 || !parseInstant(date).ok)
      return fail(`line ${line}: found date ${quote(date)}, expected YYYY-MM-DD`);
    entries.push({ cidr: cidr.value, value: { operator, date } });
  }
  const table = buildIntervalTable(entries);
  const date = entries.reduce((latest, { value }) => (value.date > latest ? value.date : latest), '');
  return ok({ size: table.size, date, lookup: (address) => table.lookup(address) });
}
