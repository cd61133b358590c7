import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ExchangeSummary, SessionItem } from '../../admin/contract/exchanges.ts';
import { filterText } from '../exchanges/filter-query.ts';
import { useKeys } from '../frame/use-keys.ts';
import { addressOf, goTo } from '../frame/use-route.ts';
import { useAnswer } from '../gateway/use-answer.ts';
import { useSeat } from '../gateway/use-gateway.ts';
import { usePages } from '../gateway/use-pages.ts';
import { ExactMoment } from '../parts/moment.tsx';
import { More } from '../parts/more.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { useHeading } from '../parts/use-heading.ts';
import { Foreign } from '../text/foreign.tsx';
import { SessionRetention } from './retention/session-retention.tsx';
import { SessionCounts } from './session-counts.tsx';
import { Timeline } from './timeline.tsx';

/** One run of an agent: its exchanges along the time that it took. */
export function OpenSession({ id }: { readonly id: string }): JSX.Element {
  const { traffic } = useSeat();
  const session = useAnswer<SessionItem>(`/v1/sessions/${id}`, traffic);
  const query = filterText({ session: id });
  const { items, problem, hasMore, more, again } = usePages<ExchangeSummary>(`/v1/exchanges?limit=200&${query}`, traffic);
  const heading = useHeading('Session');
  useKeys(useMemo(() => ({ Escape: () => goTo({ view: 'sessions' }) }), []));
  const failed = session.problem ?? problem;
  return (
    <div class="page">
      <div class="open-head">
        <h1 ref={heading} tabIndex={-1}>
          Session
        </h1>
        <a href={addressOf({ view: 'sessions' })}>Back to the list</a>
      </div>
      {failed && <ProblemNotice problem={failed} again={session.problem === undefined ? again : session.again} />}
      {session.value && <About session={session.value} />}
      {session.value && <SessionRetention session={session.value} />}
      <p>
        <a href={addressOf({ view: 'exchanges', query })}>Filter its exchanges</a>
      </p>
      <section aria-labelledby="timeline">
        <h2 id="timeline">Timeline</h2>
        <More hasMore={hasMore} more={more} what="exchanges" />
        {items && <Timeline exchanges={items} query={query} />}
      </section>
    </div>
  );
}

function About({ session }: { readonly session: SessionItem }): JSX.Element {
  const { id, agent = 'unidentified', home, firstAt, lastAt } = session;
  return (
    <section class="card" aria-label="About it">
      <p>
        <b>
          <Foreign text={agent} />
        </b>
        {home !== undefined && (
          <>
            , at home in <Foreign text={home} />
          </>
        )}
        , from <ExactMoment at={firstAt} /> to <ExactMoment at={lastAt} />
      </p>
      <SessionCounts session={session} />
      <p class="faint">
        <Foreign text={id} />
      </p>
    </section>
  );
}
