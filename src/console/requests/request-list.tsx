import type { JSX } from 'preact';
import type { ApprovalSummary } from '../../admin/contract/approvals.ts';
import type { Pages } from '../gateway/use-pages.ts';
import { More } from '../parts/more.tsx';
import { ProblemNotice } from '../parts/problem-notice.tsx';
import { RequestRow } from './request-row.tsx';

interface RequestListProps {
  readonly title: string;
  readonly pages: Pages<ApprovalSummary>;
  readonly items: readonly ApprovalSummary[];
  readonly open: string | undefined;
  /** Said when there is none. */
  readonly none: string;
}

/** Held requests of one kind under a heading that counts them. */
export function RequestList({ title, pages, items, open, none }: RequestListProps): JSX.Element {
  return (
    <section aria-label={title}>
      <h2>
        {title} {pages.items !== undefined && <span class="count">{pages.hasMore ? `${items.length}+` : items.length}</span>}
      </h2>
      {pages.problem && <ProblemNotice problem={pages.problem} again={pages.again} />}
      {pages.items !== undefined && items.length === 0 && !pages.hasMore && <p class="faint">{none}</p>}
      {items.length > 0 && (
        <ol class="rows">
          {items.map((request) => (
            <RequestRow key={request.id} request={request} isOpen={request.id === open} />
          ))}
        </ol>
      )}
      <More hasMore={pages.hasMore} more={pages.more} what="requests" />
    </section>
  );
}
