import type { JSX } from 'preact';
import type { ApprovalSummary } from '../../admin/contract/approvals.ts';
import { addressOf } from '../frame/use-route.ts';
import { Countdown } from '../parts/countdown.tsx';
import { Moment } from '../parts/moment.tsx';
import { Foreign } from '../text/foreign.tsx';
import { hostWarnings } from '../text/host-warnings.ts';
import { Destination } from './destination.tsx';
import { Findings } from './findings.tsx';
import { Quorum } from './quorum.tsx';
import { StateChip } from './state-chip.tsx';

interface RequestRowProps {
  readonly request: ApprovalSummary;
  readonly isOpen: boolean;
}

/** One held request in the list: enough to know whether it can wait. */
export function RequestRow({ request, isOpen }: RequestRowProps): JSX.Element {
  const { id, agent, method, target, state, transfer, reason } = request;
  const isPending = state === 'pending';
  return (
    <li class={isOpen ? 'row open' : 'row'}>
      <a
        class="request"
        data-request={id}
        href={addressOf({ view: 'requests', id })}
        {...(isOpen && { 'aria-current': 'true' as const })}
      >
        <span class="row-head">
          <StateChip state={state} />
          <span class="agent">
            <Foreign text={agent} />
          </span>
          <Destination {...request} />
          {isPending ? (
            <Countdown until={request.expiresAt} />
          ) : (
            <span class="when">
              <Moment at={request.settledAt ?? request.createdAt} />
            </span>
          )}
        </span>
        <span class="target">
          <b>{method}</b> <Foreign text={target} />
        </span>
      </a>
      <div class="row-foot">
        <Quorum rules={request.rules} />
        {request.findings !== undefined && Object.keys(request.findings).length > 0 && <Findings findings={request.findings} />}
        {transfer !== undefined && <span class="tag leaves">basis: {transfer.basis}</span>}
        {hostWarnings(request.origin).length > 0 && <span class="tag leaves">unusual host name</span>}
        {reason !== undefined && (
          <span class="reason">
            <Foreign text={reason} as="prose" />
          </span>
        )}
      </div>
    </li>
  );
}
