import { UNKNOWN_REGION, type RangeRow } from './range-file.ts';

/**
 * One row per block: publishers list a block once per service. The services are joined; where the regions differ, it is
 * unknown, because what contradicts itself proves nothing.
 */
export function mergeRows(rows: readonly RangeRow[]): readonly RangeRow[] {
  const merged = new Map<string, { row: RangeRow; services: Set<string> }>();
  for (const row of rows) {
    const present = merged.get(row.cidr);
    if (present === undefined) {
      merged.set(row.cidr, { row, services: new Set([row.service]) });
      continue;
    }
    present.services.add(row.service);
    if (present.row.region !== row.region) present.row = { ...present.row, region: UNKNOWN_REGION };
  }
  return [...merged.values()].map(({ row, services }) => ({ ...row, service: [...services].toSorted().join('|') }));
}
