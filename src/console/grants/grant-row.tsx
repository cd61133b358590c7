import type { JSX } from 'preact';
import type { GrantItem } from '../../admin/contract/approvals.ts';
import { addressOf } from '../frame/use-route.ts';
import { useDeletion } from '../gateway/use-deletion.ts';
import { useSeat } from '../gateway/use-gateway.ts';
import { Confirmed } from '../parts/confirmed.tsx';
import { Countdown } from '../parts/countdown.tsx';
import { Moment } from '../parts/moment.tsx';
import { Foreign } from '../text/foreign.tsx';
import { Cover } from './cover.tsx';

interface GrantRowProps {
  readonly grant: GrantItem;
  readonly onRevoked: () => void;
}

/** One grant: what it covers, who gave it, and when it ends. */
export function GrantRow({ grant, onRevoked }: GrantRowProps): JSX.Element {
  const { me } = useSeat();
  const { id, state, approval, by, createdAt, endsAt, revokedAt, revokedBy } = grant;
  const isActive = state === 'active';
  const mayRevoke = isActive && (me.role === 'approver' || me.role === 'operator');
  const revoke = useDeletion(`/v1/grants/${id}`, 'The grant is revoked.', onRevoked);
  return (
    <li class="card">
      <div class="card-head">
        <span class={`chip ${isActive ? 'approved' : 'expired'}`}>{state}</span>
        {isActive && <Countdown until={endsAt} />}
        {mayRevoke && (
          <Confirmed label="Revoke" title="Revoke this grant?" act={revoke}>
            <p>From then on people are asked again about every such request. What runs already is judged again.</p>
            <Cover covers={grant.covers} />
          </Confirmed>
        )}
      </div>
      <Cover covers={grant.covers} />
      <p class="faint">
        Given <Moment at={createdAt} /> by <Foreign text={by.join(', ')} /> with{' '}
        <a href={addressOf({ view: 'requests', id: approval })}>this request</a>; its end is <Moment at={endsAt} />
        {revokedAt !== undefined && (
          <>
            ; revoked <Moment at={revokedAt} /> by <Foreign text={revokedBy ?? ''} />
          </>
        )}
      </p>
    </li>
  );
}
