import type { JSX } from 'preact';
import type { ApprovalSummary } from '../../admin/contract/approvals.ts';

/** How often which kinds of values were found; never the values. */
export function Findings({ findings }: { readonly findings: ApprovalSummary['findings'] | undefined }): JSX.Element {
  if (findings === undefined) return <span class="faint">nobody could look into the content</span>;
  const found = Object.entries(findings);
  if (found.length === 0) return <span class="faint">nothing found</span>;
  return (
    <ul class="tags">
      {found.map(([entity, count]) => (
        <li key={entity}>
          {entity} <b>×{count}</b>
        </li>
      ))}
    </ul>
  );
}
