import { fail, ok, type Result } from '../../../core/result.ts';
import { NO_REGION, type RangeRow } from '../range-file.ts';
import type { SourceDocument, SourceTable } from '../source.ts';
import { documentText, readCidr } from './json-document.ts';

/** The anycast blocks of Cloudflare, from `ips-v4` and `ips-v6`: plain text, one block per line. */
export function readCloudflare(documents: readonly SourceDocument[]): Result<SourceTable, string> {
  const rows: RangeRow[] = [];
  for (const document of documents) {
    const text = documentText(document);
    if (!text.ok) return text;
    for (const [index, line] of text.value.trim().split(/\r?\n/).entries()) {
      const cidr = readCidr(line, `line ${index + 1}`);
      if (!cidr.ok) return fail(`${document.url}: ${cidr.failure}`);
      rows.push({ cidr: cidr.value, provider: 'cloudflare', region: NO_REGION, service: 'cdn' });
    }
  }
  return ok({ kind: 'ranges', rows });
}
