import * as Type from 'typebox/type';
import { fail, ok, type Result } from '../../../core/result.ts';
import { mergeRows } from '../merge-rows.ts';
import type { RangeRow } from '../range-file.ts';
import type { SourceDocument, SourceTable } from '../source.ts';
import { readCidr, readJson } from './json-document.ts';

const Common = { region: Type.String(), service: Type.String(), network_border_group: Type.String() };
const Document = Type.Object({
  createDate: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}-\\d{2}-\\d{2}-\\d{2}$' }),
  prefixes: Type.Array(Type.Object({ ip_prefix: Type.String(), ...Common })),
  ipv6_prefixes: Type.Array(Type.Object({ ipv6_prefix: Type.String(), ...Common })),
});

/**
 * The blocks of an `ip-ranges.json`, by network border group: a local zone has its own group, while its `region` names the
 * parent region, which may be in another country.
 *
 * @source docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html
 */
export function readAws([document]: readonly SourceDocument[]): Result<SourceTable, string> {
  const parsed = readJson(document, Document);
  if (!parsed.ok) return parsed;
  const { createDate, prefixes, ipv6_prefixes: ipv6Prefixes } = parsed.value;
  const entries = [
    ...prefixes.map((entry, i) => ({ ...entry, text: entry.ip_prefix, path: `/prefixes/${i}/ip_prefix` })),
    ...ipv6Prefixes.map((entry, i) => ({ ...entry, text: entry.ipv6_prefix, path: `/ipv6_prefixes/${i}/ipv6_prefix` })),
  ];
  const rows: RangeRow[] = [];
  for (const { text, path, service, network_border_group: group } of entries) {
    const cidr = readCidr(text, path);
    if (!cidr.ok) return fail(`${document?.url}: ${cidr.failure}`);
    rows.push({ cidr: cidr.value, provider: 'aws', region: group, service });
  }
  return ok({ kind: 'ranges', date: createDate.slice(0, 10), rows: mergeRows(rows) });
}
