import type { Principal } from '../../core/people/principal.ts';
import type { Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import type { Report } from '../../reporting/report.ts';
import type { Refusal } from '../problem.ts';

export interface ReportWish {
  readonly jurisdiction: string;
  readonly since: Instant;
  readonly until: Instant;
}

/** Makes reports for people, one at a time, once it is on the record who wanted it. */
export interface ReportDesk {
  /** @failure 403 out of the scope of the role, 422 no such jurisdiction, 429 another one is made, 503 it takes too long */
  make(wish: ReportWish, by: Principal): Promise<Result<Report, Refusal>>;
  /** The same as a page, with the content security policy that it is to be sent with. */
  page(report: Report): { readonly html: string; readonly contentSecurityPolicy: string };
}
