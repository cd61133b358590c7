import type { FaultRow } from '../../test/long/faults/fault-case.ts';
import { markdownTable } from '../masking/page/page-block.ts';

/** What agents saw of each fault. */
export function faultsTable(rows: readonly FaultRow[]): string {
  const lines = [...rows]
    .sort((a, b) => a.fault.localeCompare(b.fault, 'en'))
    .map(({ fault, seen, requests, recoveredAfter }) => [
      fault,
      Object.entries(seen)
        .map(([kind, answers]) => `${kind}: ${answers.join(', ')}`)
        .join('; ') || 'nothing',
      requests,
      `${(recoveredAfter / 1_000).toFixed(1)} s`,
    ]);
  return markdownTable(['fault', 'what agents saw of it', 'requests', 'as before after'], '|---|---|---:|---:|', lines);
}

/** The page with another table in its block. */
export function faultsPage(page: string, text: string): string {
  const [begin, end] = ['<!-- begin faults: npm run faults -- --write -->', '<!-- end faults -->'];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error('docs/faults.md has no block "faults"');
  return `${page.slice(0, from + begin.length)}\n\n${text}\n\n${page.slice(to)}`;
}
