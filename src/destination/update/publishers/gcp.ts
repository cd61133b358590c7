import * as Type from 'typebox/type';
import { fail, ok, type Result } from '../../../core/result.ts';
import { mergeRows } from '../merge-rows.ts';
import { NO_REGION, type RangeRow } from '../range-file.ts';
import type { SourceDocument, SourceTable } from '../source.ts';
import { readCidr, readJson } from './json-document.ts';

const Document = Type.Object({
  creationTime: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T' }),
  prefixes: Type.Array(
    Type.Object({
      ipv4Prefix: Type.Optional(Type.String()),
      ipv6Prefix: Type.Optional(Type.String()),
      service: Type.Optional(Type.String()),
      scope: Type.Optional(Type.String()),
    }),
  ),
});

/** The blocks of customers' machines by region, from `cloud.json`; the scope `global` is no region. */
export function readGcp([document]: readonly SourceDocument[]): Result<SourceTable, string> {
  return readGoogle(document, 'gcp');
}

/**
 * The blocks of Google's own services, from `goog.json`, which names no places; blocks that `cloud.json`, the second
 * document, lists as well are left to that.
 */
export function readGoogleServices([services, cloud]: readonly SourceDocument[]): Result<SourceTable, string> {
  const all = readGoogle(services, 'google');
  if (!all.ok || all.value.kind !== 'ranges') return all;
  const customers = readGoogle(cloud, 'gcp');
  if (!customers.ok || customers.value.kind !== 'ranges') return customers;
  const listed = new Set(customers.value.rows.map(({ cidr }) => cidr));
  return ok({ ...all.value, rows: all.value.rows.filter(({ cidr }) => !listed.has(cidr)) });
}

function readGoogle(document: SourceDocument | undefined, provider: string): Result<SourceTable, string> {
  const parsed = readJson(document, Document);
  if (!parsed.ok) return parsed;
  const rows: RangeRow[] = [];
  for (const [index, { ipv4Prefix, ipv6Prefix, service, scope }] of parsed.value.prefixes.entries()) {
    const path = `/prefixes/${index}`;
    if ((ipv4Prefix === undefined) === (ipv6Prefix === undefined)) {
      return fail(`${document?.url}: ${path}: expected ipv4Prefix or ipv6Prefix, and only one of them`);
    }
    const cidr = readCidr(ipv4Prefix ?? ipv6Prefix ?? '', path);
    if (!cidr.ok) return fail(`${document?.url}: ${cidr.failure}`);
    const region = scope === undefined || scope === 'global' ? NO_REGION : scope;
    rows.push({ cidr: cidr.value, provider, region, service: service ?? 'google-services' });
  }
  return ok({ kind: 'ranges', date: parsed.value.creationTime.slice(0, 10), rows: mergeRows(rows) });
}
