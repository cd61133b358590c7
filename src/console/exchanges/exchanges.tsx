import type { JSX } from 'preact';
import type { ExchangeSummary } from '../../admin/contract/exchanges.ts';
import { goTo } from '../frame/use-route.ts';
import { useSeat } from '../gateway/use-gateway.ts';
import { usePages } from '../gateway/use-pages.ts';
import { More } from '../parts/more.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { useHeading } from '../parts/use-heading.ts';
import { ExchangeRow } from './exchange-row.tsx';
import { FilterForm } from './filter-form.tsx';
import { filterText, parseFilters, type Filters } from './filter-query.ts';
import { OpenExchange } from './open-exchange.tsx';
import { Traffic } from './traffic.tsx';
import { Verification } from './verification.tsx';

interface ExchangesProps {
  readonly open: string | undefined;
  /** Filters, as the address has them. */
  readonly query: string | undefined;
}

/** What went through the gateway and what was refused, newest first, and the one that is open. */
export function Exchanges({ open, query = '' }: ExchangesProps): JSX.Element {
  return open === undefined ? <ExchangeList filters={parseFilters(query)} /> : <OpenExchange id={open} query={query} />;
}

function ExchangeList({ filters }: { readonly filters: Filters }): JSX.Element {
  const { traffic } = useSeat();
  const query = filterText(filters);
  const { items, problem, hasMore, more, again } = usePages<ExchangeSummary>(`/v1/exchanges?limit=50&${query}`, traffic);
  const heading = useHeading('Exchanges');
  const filter = (wanted: Filters): void => goTo({ view: 'exchanges', query: filterText(wanted) });
  return (
    <div class="page">
      <h1 ref={heading} tabIndex={-1}>
        Exchanges
      </h1>
      <FilterForm filters={filters} onFilter={filter} />
      {problem && <ProblemNotice problem={problem} again={again} />}
      <Traffic filters={filters} />
      <section aria-labelledby="exchanges">
        <h2 id="exchanges">Newest first</h2>
        {items?.length === 0 && <p class="faint">{hasMore ? 'None among the newest.' : 'No exchange matches.'}</p>}
        <ul class="rows">
          {items?.map((exchange) => (
            <ExchangeRow key={exchange.id} exchange={exchange} query={query} />
          ))}
        </ul>
        <More hasMore={hasMore} more={more} what="exchanges" />
      </section>
      <Verification />
    </div>
  );
}
