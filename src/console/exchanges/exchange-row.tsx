import type { ComponentChildren, JSX } from 'preact';
import type { ExchangeSummary } from '../../admin/contract/exchanges.ts';
import { addressOf } from '../frame/use-route.ts';
import { ExactMoment } from '../parts/moment.tsx';
import { Findings } from '../requests/findings.tsx';
import { Foreign } from '../text/foreign.tsx';
import { hostWarnings } from '../text/host-warnings.ts';
import { DecisionChip } from './decision-chip.tsx';
import { RecordedWay } from './recorded-way.tsx';

interface ExchangeRowProps {
  readonly exchange: ExchangeSummary;
  /** Filters to come back to. */
  readonly query: string;
  /** How long after the first it began, where the agent and the day are told above it. */
  readonly offset?: string;
  /** What more there is to say of it. */
  readonly children?: ComponentChildren;
}

/** One exchange in a list: what was asked, what was decided, and how it ended. */
export function ExchangeRow({ exchange, query, offset, children }: ExchangeRowProps): JSX.Element {
  const { id, time, agent = 'unidentified', method = '', target = '', approval, wouldDeny } = exchange;
  return (
    <li class="row">
      <a class="request" href={addressOf({ view: 'exchanges', id, query })}>
        <span class="row-head">
          <DecisionChip {...exchange} />
          {offset === undefined && (
            <span class="agent">
              <Foreign text={agent} />
            </span>
          )}
          <RecordedWay {...exchange} />
          <span class="when">
            {offset === undefined ? (
              <ExactMoment at={time} />
            ) : (
              <time dateTime={time} title={time}>
                {offset}
              </time>
            )}
          </span>
        </span>
        <span class="target">
          <b>{method}</b> <Foreign text={target} />
        </span>
      </a>
      <div class="row-foot">
        <Ending {...exchange} />
        <Found {...exchange} />
        {approval !== undefined && <span class="tag">people were asked</span>}
        {wouldDeny !== undefined && <span class="tag leaves">would be denied: {wouldDeny}</span>}
        {hostWarnings(originOf(target)).length > 0 && <span class="tag leaves">unusual host name</span>}
      </div>
      {children}
    </li>
  );
}

function Ending({ state, status, milliseconds }: ExchangeSummary): JSX.Element {
  if (state === 'open') return <span class="tag">has not ended</span>;
  const lasted = milliseconds === undefined ? '' : ` after ${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
  return <span class="faint">{status === undefined ? `ended without an answer${lasted}` : `${status}${lasted}`}</span>;
}

function Found({ findings = {} }: ExchangeSummary): JSX.Element | null {
  return Object.keys(findings).length === 0 ? null : <Findings findings={findings} />;
}

/** Scheme and authority of a target. */
export function originOf(target: string): string {
  return /^(?:[a-z]+:\/\/)?[^/]*/.exec(target)?.[0] ?? '';
}
