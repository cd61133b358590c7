import type { JSX } from 'preact';
import type { HoldItem } from '../../../admin/contract/retention.ts';
import type { Problem } from '../../gateway/problem.ts';
import { useSeat } from '../../gateway/use-gateway.ts';
import { ExactMoment, Moment } from '../../parts/moment.tsx';
import { Reasoned } from '../../parts/reasoned.tsx';
import { Foreign } from '../../text/foreign.tsx';

interface HoldRowProps {
  readonly hold: HoldItem;
  readonly onReleased: () => void;
}

/** One legal hold: why, by whom, and what it covers. Auditors end it. */
export function HoldRow({ hold, onReleased }: HoldRowProps): JSX.Element {
  const { gateway, announce, me } = useSeat();
  const { id, reason, by, createdAt } = hold;
  const release = async (why: string): Promise<Problem | undefined> => {
    const answer = await gateway.post(`/v1/legal-holds/${id}/release`, { reason: why });
    if (!answer.ok) return answer.problem;
    announce('The legal hold is released.');
    onReleased();
    return undefined;
  };
  return (
    <li class="with-action">
      <div>
        <Foreign text={reason} as="prose" />
        <p class="faint">
          <Covered hold={hold} />; placed <Moment at={createdAt} /> by <Foreign text={by} />
        </p>
        <p class="faint">
          <Foreign text={id} />
        </p>
      </div>
      {me.role === 'auditor' && (
        <Reasoned label="Release" what={`the hold: ${reason}`} title="Release this legal hold?" act={release}>
          <p>What it covers goes when its time is over, and may be shredded at once.</p>
        </Reasoned>
      )}
    </li>
  );
}

function Covered({ hold: { session, subject, home, since, until } }: { readonly hold: HoldItem }): JSX.Element {
  return (
    <>
      Covers {session === undefined ? 'records' : 'this session'}
      {session === undefined && subject !== undefined && (
        <>
          {' '}
          of <Foreign text={subject} />
        </>
      )}
      {home !== undefined && (
        <>
          {' '}
          at home in <Foreign text={home} />
        </>
      )}
      {since !== undefined && (
        <>
          {' '}
          from <ExactMoment at={since} />
        </>
      )}
      {until !== undefined && (
        <>
          {' '}
          until <ExactMoment at={until} />
        </>
      )}
    </>
  );
}
