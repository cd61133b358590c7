import * as Type from 'typebox/type';
import { fail, ok, type Result } from '../../../core/result.ts';
import { NO_REGION, type RangeRow } from '../range-file.ts';
import type { SourceDocument, SourceTable } from '../source.ts';
import { readCidr, readJson } from './json-document.ts';

const Document = Type.Object({ addresses: Type.Array(Type.String()), ipv6_addresses: Type.Array(Type.String()) });

/** The anycast blocks of Fastly, from `public-ip-list`. */
export function readFastly([document]: readonly SourceDocument[]): Result<SourceTable, string> {
  const parsed = readJson(document, Document);
  if (!parsed.ok) return parsed;
  const rows: RangeRow[] = [];
  for (const member of ['addresses', 'ipv6_addresses'] as const) {
    for (const [index, text] of parsed.value[member].entries()) {
      const cidr = readCidr(text, `/${member}/${index}`);
      if (!cidr.ok) return fail(`${document?.url}: ${cidr.failure}`);
      rows.push({ cidr: cidr.value, provider: 'fastly', region: NO_REGION, service: 'cdn' });
    }
  }
  return ok({ kind: 'ranges', rows });
}
