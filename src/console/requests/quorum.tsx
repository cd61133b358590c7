import type { JSX } from 'preact';
import type { ApprovalSummary } from '../../admin/contract/approvals.ts';

/** Every rule that holds the request, and how many have approved for it of how many who must. */
export function Quorum({ rules }: Pick<ApprovalSummary, 'rules'>): JSX.Element {
  return (
    <ul class="tags">
      {rules.map(({ rule, approvals, quorum, by }) => (
        <li key={rule} title={`asks ${by.join(' or ')}`}>
          {rule}{' '}
          <b>
            {approvals}/{quorum}
          </b>
          <span class="unseen"> approvals</span>
        </li>
      ))}
    </ul>
  );
}
