import { Fragment, type JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { ExchangeSummary } from '../../admin/contract/exchanges.ts';
import { ExchangeRow } from '../exchanges/exchange-row.tsx';
import { useSeat } from '../gateway/use-gateway.ts';
import { ContentOnRequest } from '../replay/exchange-content.tsx';
import { remainingText } from '../text/duration-text.ts';
import { sizeText } from '../text/size-text.ts';
import { visibleText } from '../text/visible-text.ts';
import { timelineOf, type TimelineItem } from './timeline-items.ts';

interface TimelineProps {
  readonly exchanges: readonly ExchangeSummary[];
  /** Filters to come back to from an exchange. */
  readonly query: string;
}

/** Requests with their answers along the time that a session took. */
export function Timeline({ exchanges, query }: TimelineProps): JSX.Element {
  const items = useMemo(() => timelineOf(exchanges), [exchanges]);
  return (
    <ol class="rows timeline" aria-label="Exchanges in order">
      {items.map((item) => (
        <Fragment key={item.exchange.id}>
          {item.pause !== undefined && <li class="row faint">Nothing for {lengthText(item.pause)}</li>}
          <ExchangeRow exchange={item.exchange} query={query} offset={`+${lengthText(item.offset)}`}>
            <Bar item={item} />
            <Volume exchange={item.exchange} />
            <Content exchange={item.exchange} />
          </ExchangeRow>
        </Fragment>
      ))}
    </ol>
  );
}

/** When it ran, as a drawing: the same is told beside it. */
function Bar({ item: { exchange, from, to } }: { readonly item: TimelineItem }): JSX.Element {
  const x = Math.min(from * 1000, 994);
  return (
    <svg class="bar" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">
      <rect class="span" x="0" y="3" width="1000" height="2" />
      <rect class={exchange.decision} x={x} y="0" width={Math.max(6, to * 1000 - x)} height="8" />
    </svg>
  );
}

function Volume({ exchange: { bytes } }: { readonly exchange: ExchangeSummary }): JSX.Element | null {
  if (bytes === undefined) return null;
  return (
    <p class="faint">
      {sizeText(bytes.sent)} sent, {sizeText(bytes.received)} received
    </p>
  );
}

function Content({ exchange: { id, method = '', target = '' } }: { readonly exchange: ExchangeSummary }): JSX.Element | null {
  const { me } = useSeat();
  const [isOpen, setOpen] = useState(false);
  if (me.role !== 'auditor') return null;
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        Content<span class="unseen"> of {visibleText(`${method} ${target}`)}</span>
      </summary>
      {isOpen && <ContentOnRequest id={id} />}
    </details>
  );
}

/** `0.35 s`, `4:09`, `1 h 05 min`. */
function lengthText(milliseconds: number): string {
  return milliseconds < 60_000 ? `${(milliseconds / 1000).toFixed(2)} s` : remainingText(milliseconds);
}
