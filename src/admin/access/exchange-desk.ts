import type { ExchangeFilter, IndexedExchange, IndexedSession, PlaceCount } from '../../core/exchange/exchange-index.ts';
import type { Page, PageQuery } from '../../core/page.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Result } from '../../core/result.ts';
import type { Refusal } from '../problem.ts';

/** What somebody asks for; whose homes may be seen follows from who asks. */
export type AskedFilter = Omit<ExchangeFilter, 'homes'>;

/** An exchange with its records as they were written; without any where they lie on another machine, or are past their retention. */
export interface RecordedExchange {
  readonly exchange: IndexedExchange;
  readonly records: readonly Readonly<{ [member: string]: unknown }>[];
}

/** With the countries that the place may be; none where it may be any. */
export type MappedPlaceCount = PlaceCount & { readonly countries: readonly string[] };

/** What was recorded, within the scope of who asks; given by `app`. */
export interface ExchangeDesk {
  list(query: AskedFilter & PageQuery, by: Principal): Promise<Result<Page<IndexedExchange>, Refusal>>;
  find(id: string, by: Principal): Promise<Result<RecordedExchange, Refusal>>;
  /** Where content was processed, or would have been. */
  places(
    filter: AskedFilter,
    by: Principal,
  ): Promise<Result<{ readonly counts: readonly MappedPlaceCount[]; readonly isWhole: boolean }, Refusal>>;
  sessions(query: Pick<AskedFilter, 'subject'> & PageQuery, by: Principal): Promise<Result<Page<IndexedSession>, Refusal>>;
  session(id: string, by: Principal): Promise<Result<IndexedSession, Refusal>>;
}
