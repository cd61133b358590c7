import * as Type from 'typebox/type';
import { fail, ok, type Result } from '../../../core/result.ts';
import { mergeRows } from '../merge-rows.ts';
import type { RangeRow } from '../range-file.ts';
import type { SourceDocument, SourceTable } from '../source.ts';
import { readCidr, readJson } from './json-document.ts';

const Document = Type.Object({
  last_updated_timestamp: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T' }),
  regions: Type.Array(
    Type.Object({
      region: Type.String(),
      cidrs: Type.Array(Type.Object({ cidr: Type.String(), tags: Type.Array(Type.String()) })),
    }),
  ),
});

/** The blocks of Oracle Cloud by region, from `public_ip_ranges.json`. @source docs.oracle.com/iaas/Content/General/Concepts/addressranges.htm */
export function readOci([document]: readonly SourceDocument[]): Result<SourceTable, string> {
  const parsed = readJson(document, Document);
  if (!parsed.ok) return parsed;
  const rows: RangeRow[] = [];
  for (const [i, { region, cidrs }] of parsed.value.regions.entries()) {
    for (const [j, { cidr: text, tags }] of cidrs.entries()) {
      const cidr = readCidr(text, `/regions/${i}/cidrs/${j}/cidr`);
      if (!cidr.ok) return fail(`${document?.url}: ${cidr.failure}`);
      rows.push({ cidr: cidr.value, provider: 'oci', region, service: tags.toSorted().join('|') });
    }
  }
  return ok({ kind: 'ranges', date: parsed.value.last_updated_timestamp.slice(0, 10), rows: mergeRows(rows) });
}
