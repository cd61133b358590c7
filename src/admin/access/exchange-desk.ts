import type { FieldLines } from '../../core/exchange/exchange.ts';
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

/** One message as it is on the record: decoded, and masked. */
export interface RecordedContentMessage {
  readonly head?:
    | {
        readonly method?: string;
        readonly target?: string;
        readonly status?: number;
        readonly fields: FieldLines;
        readonly omittedFields?: number;
      }
    | undefined;
  readonly mediaType?: string | undefined;
  readonly pieces: readonly { readonly at: number; readonly text: string }[];
  readonly trailers?: FieldLines | undefined;
  readonly passed?: number | undefined;
  readonly unread?: string | undefined;
  readonly cut?: string | undefined;
  readonly digest?: string | undefined;
  readonly detail?: string | undefined;
}

/** What is recorded of the content of an exchange; neither message where no rule asked for it. */
export interface RecordedContent {
  readonly request?: RecordedContentMessage | undefined;
  readonly response?: RecordedContentMessage | undefined;
  /** Why it cannot be opened, or not all of it, in a sentence. */
  readonly unopened?: string | undefined;
}

/** With the countries that the place may be; none where it may be any. */
export type MappedPlaceCount = PlaceCount & { readonly countries: readonly string[] };

/** What was recorded, within the scope of who asks; given by `app`. */
export interface ExchangeDesk {
  list(query: AskedFilter & PageQuery, by: Principal): Promise<Result<Page<IndexedExchange>, Refusal>>;
  find(id: string, by: Principal): Promise<Result<RecordedExchange, Refusal>>;
  /** Its content, once it is on the record that it was read. */
  content(id: string, by: Principal): Promise<Result<RecordedContent, Refusal>>;
  /** Where content was processed, or would have been. */
  places(
    filter: AskedFilter,
    by: Principal,
  ): Promise<Result<{ readonly counts: readonly MappedPlaceCount[]; readonly isWhole: boolean }, Refusal>>;
  sessions(query: Pick<AskedFilter, 'subject'> & PageQuery, by: Principal): Promise<Result<Page<IndexedSession>, Refusal>>;
  session(id: string, by: Principal): Promise<Result<IndexedSession, Refusal>>;
}
