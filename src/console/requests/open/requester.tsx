import type { JSX } from 'preact';
import type { ApprovalAnswer } from '../../../admin/contract/approvals.ts';
import { Foreign } from '../../text/foreign.tsx';
import { TextWarnings } from '../../text/warnings.tsx';

/** Who asks, why, and which rules want people to look. */
export function Requester({ request }: { readonly request: ApprovalAnswer }): JSX.Element {
  const { agent, owners, minter, reason, rules } = request;
  return (
    <section aria-labelledby="requester">
      <h3 id="requester">Who asks, and what holds it</h3>
      <dl class="facts">
        <div>
          <dt>Agent</dt>
          <dd>
            <Foreign text={agent} />
          </dd>
        </div>
        <div>
          <dt>Its reason</dt>
          <dd>
            {reason === undefined ? <span class="faint">gives none</span> : <Foreign text={reason} as="prose" />}
            <TextWarnings text={reason ?? ''} />
          </dd>
        </div>
        <div>
          <dt>Owners</dt>
          <dd>{owners.length === 0 ? <span class="faint">none named</span> : <Foreign text={owners.join(', ')} />}</dd>
        </div>
        {minter !== undefined && (
          <div>
            <dt>Token minted by</dt>
            <dd>
              <Foreign text={minter} />
            </dd>
          </div>
        )}
        {rules.map(({ rule, by, quorum, approvals, stepUp }) => (
          <div key={rule}>
            <dt>
              Rule <Foreign text={rule} />
            </dt>
            <dd>
              {approvals} of {quorum} {quorum === 1 ? 'approval' : 'approvals by different people'} of {by.join(' or ')}
              {stepUp && ', who have signed in within five minutes'}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
