import type { ReportDesk, ReportWish } from '../../admin/access/report-desk.ts';
import type { Refusal } from '../../admin/problem.ts';
import type { Settings } from '../../config/settings-schema.ts';
import { CountrySet } from '../../core/place/country-set.ts';
import type { CountryCode } from '../../core/place/country.ts';
import type { RecordAdmin } from '../../core/people/admin-entry.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Clock } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { ReportQuestion } from '../../reporting/fold/question.ts';
import { REPORT_POLICY } from '../../reporting/html/render-report.ts';
import type { Report } from '../../reporting/report.ts';
import type { PolicyInForce } from '../in-force.ts';
import { onRecord } from '../people/on-record.ts';
import { describeTables } from '../questions/describe-tables.ts';
import { localSource } from './local-source.ts';
import { makeReport, reportPage, reportQuestion, type ReportSurroundings } from './make-report.ts';

export interface ReportDeskParts {
  readonly settings: Settings;
  readonly inForce: PolicyInForce;
  readonly clock: Clock;
  readonly record: RecordAdmin;
  /** Told why a report could not be made. */
  readonly onDefect: (error: unknown) => void;
  /** How long one may take; default two minutes. */
  readonly limit?: Milliseconds;
}

const LIMIT: Milliseconds = 120_000;
/** Seconds. */
const RETRY = 10;

/** Reports for people of this gateway: one at a time, since each takes a core or two. */
export function createReportDesk(parts: ReportDeskParts): ReportDesk {
  let isBusy = false;
  return {
    make: async (wish, by) => {
      const asked = questionOf(wish, by, parts);
      if (!asked.ok) return asked;
      if (isBusy) return fail({ status: 429, detail: 'Another report is being made', retryAfter: RETRY });
      isBusy = true;
      try {
        return await made(asked.value, by, parts);
      } finally {
        isBusy = false;
      }
    },
    page: (report) => ({
      html: reportPage(report, surroundingsOf(parts), ''),
      contentSecurityPolicy: `${REPORT_POLICY}; frame-ancestors 'none'`,
    }),
  };
}

function surroundingsOf({ settings, inForce, clock }: ReportDeskParts): ReportSurroundings {
  const { tables, compiled } = inForce;
  return { settings, world: tables.world, policy: compiled, tables: describeTables(tables), now: clock.now() };
}

function questionOf(wish: ReportWish, by: Principal, parts: ReportDeskParts): Result<ReportQuestion, Refusal> {
  const question = reportQuestion(wish, surroundingsOf(parts));
  if (!question.ok) return fail({ status: 422, detail: question.failure });
  const countries = CountrySet.of(question.value.jurisdiction.countries as readonly CountryCode[]);
  if (by.places.any || countries.isSubsetOf(by.places.countries)) return question;
  return fail({ status: 403, detail: `The role covers ${by.places.label}, and not all of "${wish.jurisdiction}"` });
}

async function made(question: ReportQuestion, by: Principal, parts: ReportDeskParts): Promise<Result<Report, Refusal>> {
  const { settings, record, onDefect, limit = LIMIT } = parts;
  const { jurisdiction, since, until } = question;
  const entry = { by, action: 'report.made', subject: `jurisdiction:${jurisdiction.id}`, details: { since, until } } as const;
  const recorded = await onRecord(entry, async () => ok(undefined), record);
  if (!recorded.ok) return recorded;
  const signal = AbortSignal.timeout(limit);
  try {
    const source = await localSource(settings);
    if (!source.ok) return fail({ status: 503, detail: source.failure });
    const report = await makeReport(question, source.value, surroundingsOf(parts), signal);
    return ok(within(report, by));
  } catch (error) {
    if (signal.aborted) return fail({ status: 503, detail: 'The report takes too long here: `cordon report` has the time' });
    onDefect(error);
    return fail({ status: 503, detail: 'The record cannot be read: the log says why' });
  }
}

/** Without what is told of other jurisdictions, for a role that is scoped to places. */
function within(report: Report, { places }: Principal): Report {
  if (places.any) return report;
  const { notCounted: _, ...scoped } = report;
  return scoped;
}
