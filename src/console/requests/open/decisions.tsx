import type { JSX } from 'preact';
import type { ApprovalAnswer } from '../../../admin/contract/approvals.ts';
import { Moment } from '../../parts/moment.tsx';
import { lengthText } from '../../text/duration-text.ts';
import { Foreign } from '../../text/foreign.tsx';

/** What people have decided so far, and why. */
export function Decisions({ request }: { readonly request: ApprovalAnswer }): JSX.Element {
  const { decisions } = request;
  return (
    <section aria-labelledby="decisions">
      <h3 id="decisions">Decisions</h3>
      {decisions.length === 0 && <p class="faint">None yet.</p>}
      <ul class="decisions">
        {decisions.map(({ person, groups, decision, reason, at, grantFor }) => (
          <li key={person}>
            <span class={`chip ${decision === 'approve' ? 'approved' : 'denied'}`}>
              {decision === 'approve' ? 'Approved' : 'Denied'}
            </span>{' '}
            <Foreign text={person} /> <span class="faint">for {groups.join(', ')}</span>, <Moment at={at} />
            {grantFor !== undefined && `, with a grant for ${lengthText(grantFor)}`}
            <p>
              <Foreign text={reason} as="prose" />
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}
