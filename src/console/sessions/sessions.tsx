import type { JSX } from 'preact';
import type { SessionItem } from '../../admin/contract/exchanges.ts';
import { addressOf } from '../frame/use-route.ts';
import { useSeat } from '../gateway/use-gateway.ts';
import { usePages } from '../gateway/use-pages.ts';
import { ExactMoment } from '../parts/moment.tsx';
import { More } from '../parts/more.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { useHeading } from '../parts/use-heading.ts';
import { Foreign } from '../text/foreign.tsx';
import { OpenSession } from './open-session.tsx';
import { SessionCounts } from './session-counts.tsx';

/** Runs of agents, the latest first, and the one that is open. */
export function Sessions({ open }: { readonly open: string | undefined }): JSX.Element {
  return open === undefined ? <SessionList /> : <OpenSession id={open} />;
}

function SessionList(): JSX.Element {
  const { traffic } = useSeat();
  const { items, problem, hasMore, more, again } = usePages<SessionItem>('/v1/sessions?limit=50', traffic);
  const heading = useHeading('Sessions');
  return (
    <div class="page">
      <h1 ref={heading} tabIndex={-1}>
        Sessions
      </h1>
      {problem && <ProblemNotice problem={problem} again={again} />}
      {items?.length === 0 && <p class="faint">No session is recorded.</p>}
      <ul class="rows">
        {items?.map((session) => (
          <li key={session.id} class="row">
            <a class="request" href={addressOf({ view: 'sessions', id: session.id })}>
              <span class="row-head">
                <span class="agent">
                  <Foreign text={session.agent ?? 'unidentified'} />
                </span>
                <Foreign text={session.id} />
                <span class="when">
                  <ExactMoment at={session.lastAt} />
                </span>
              </span>
            </a>
            <SessionCounts session={session} />
          </li>
        ))}
      </ul>
      <More hasMore={hasMore} more={more} what="sessions" />
    </div>
  );
}
