import type { TablesAnswer } from '../../admin/contract.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';

/** Every table as it stands now, as `GET /v1/tables` and `cordon geo status` show it. */
export function describeTables(tables: GeoTables): TablesAnswer {
  return {
    items: tables.status().map(({ name, kind, date, rows, stale, problem, source, licence, proves }) => ({
      id: name,
      state: stateOf(problem, stale),
      kind,
      ...(date !== undefined && { date }),
      rows,
      ...(problem !== undefined && { problem }),
      source,
      licence,
      proves,
    })),
  };
}

function stateOf(problem: string | undefined, stale: boolean): TablesAnswer['items'][number]['state'] {
  if (problem !== undefined) return 'missing';
  return stale ? 'stale' : 'current';
}
