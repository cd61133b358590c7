import type { JSX } from 'preact';
import type { ApprovalSummary } from '../../admin/contract/approvals.ts';
import { Way } from '../parts/way.tsx';

/** Where a held request would go. */
export function Destination({ home, places, transfer }: Pick<ApprovalSummary, 'home' | 'places' | 'transfer'>): JSX.Element {
  return (
    <Way home={home} places={places} leaves={transfer !== undefined}>
      {transfer !== undefined && <span class="unseen">, outside of home</span>}
    </Way>
  );
}
