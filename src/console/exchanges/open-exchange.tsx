import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { ExchangeAnswer } from '../../admin/contract/exchanges.ts';
import { useKeys } from '../frame/use-keys.ts';
import { addressOf, goTo } from '../frame/use-route.ts';
import { useAnswer } from '../gateway/use-answer.ts';
import { useSeat } from '../gateway/use-gateway.ts';
import { ExchangeContent } from '../replay/exchange-content.tsx';
import { ExactMoment } from '../parts/moment.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { useHeading } from '../parts/use-heading.ts';
import { Findings } from '../requests/findings.tsx';
import { type Fact, Facts } from '../parts/facts.tsx';
import { Foreign } from '../text/foreign.tsx';
import { HostWarnings } from '../text/warnings.tsx';
import { sizeText } from '../text/size-text.ts';
import { DecisionChip } from './decision-chip.tsx';
import { originOf } from './exchange-row.tsx';
import { Records } from './records.tsx';
import { RecordedPlace } from './recorded-place.tsx';

/** One exchange: what was decided and why, where it went, how it ended, and its records as they were written. */
export function OpenExchange({ id, query }: { readonly id: string; readonly query: string }): JSX.Element {
  const { traffic } = useSeat();
  const { value, problem, again } = useAnswer<ExchangeAnswer>(`/v1/exchanges/${id}`, traffic);
  const heading = useHeading('Exchange');
  useKeys(useMemo(() => ({ Escape: () => goTo({ view: 'exchanges', query }) }), [query]));
  return (
    <article class="page open-request" aria-labelledby="exchange">
      <div class="open-head">
        <h1 id="exchange" ref={heading} tabIndex={-1}>
          Exchange
        </h1>
        <a href={addressOf({ view: 'exchanges', query })}>Back to the list</a>
      </div>
      {problem && <ProblemNotice problem={problem} again={again} />}
      {value && <Shown exchange={value} />}
    </article>
  );
}

function Shown({ exchange }: { readonly exchange: ExchangeAnswer }): JSX.Element {
  const { target = '', method = '', records, findings } = exchange;
  return (
    <>
      <p class="big-target">
        <b>{method}</b> <Foreign text={target} />
      </p>
      <HostWarnings origin={originOf(target)} />
      <section aria-labelledby="decided">
        <h2 id="decided">Decision</h2>
        <p>
          <DecisionChip {...exchange} /> <Reasons records={records} />
        </p>
        <Facts facts={decisionFacts(exchange)} />
      </section>
      <RecordedPlace exchange={exchange} />
      <section aria-labelledby="ended">
        <h2 id="ended">Outcome</h2>
        {exchange.state === 'open' ? (
          <p>It has not ended, or nothing tells how it did.</p>
        ) : (
          <Facts facts={outcomeFacts(exchange)} />
        )}
        {findings !== undefined && <Findings findings={findings} />}
      </section>
      <ExchangeContent key={exchange.id} id={exchange.id} />
      <Records records={records} />
    </>
  );
}

/** The sentences of its decision records, one after the other. */
function Reasons({ records }: Pick<ExchangeAnswer, 'records'>): JSX.Element {
  const reasons = records.map(({ reason }) => reason).filter((reason) => typeof reason === 'string');
  return <Foreign text={reasons.join(' Then: ')} as="prose" />;
}

function decisionFacts(exchange: ExchangeAnswer): Fact[] {
  const { id, time, agent, home, session, rules, approval, wouldDeny, policy } = exchange;
  const facts: (Fact | false)[] = [
    ['When', <ExactMoment at={time} />],
    ['Agent', agent === undefined ? 'could not be identified' : <Foreign text={agent} />],
    home !== undefined && ['Home of the data', <Foreign text={home} />],
    session !== undefined && ['Session', <a href={addressOf({ view: 'sessions', id: session })}>{session}</a>],
    ['Rules', rules.length === 0 ? 'none' : <Foreign text={rules.join(', ')} />],
    wouldDeny !== undefined && ['Would be denied, were it not only observed', wouldDeny],
    approval !== undefined && [
      'People were asked',
      <a href={addressOf({ view: 'requests', id: approval })}>the held request</a>,
    ],
    policy !== undefined && ['Policy', <Foreign text={policy} />],
    ['Exchange', <Foreign text={id} />],
  ];
  return facts.filter((fact) => fact !== false);
}

function outcomeFacts({ status, milliseconds = 0, bytes = { sent: 0, received: 0 } }: ExchangeAnswer): Fact[] {
  return [
    ['Status', status === undefined ? 'The client got none' : String(status)],
    ['Lasted', `${milliseconds.toFixed(1)} ms`],
    ['Sent', sizeText(bytes.sent)],
    ['Received', sizeText(bytes.received)],
  ];
}
