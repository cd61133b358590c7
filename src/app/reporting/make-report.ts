import type { TablesAnswer } from '../../admin/contract.ts';
import type { Settings } from '../../config/settings-schema.ts';
import { positionOf } from '../../console/map/map-view.ts';
import { OUTLINES, SIZE } from '../../console/map/outlines.ts';
import { parseCountryCode } from '../../core/place/country.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import type { CompiledPolicy, WorldData } from '../../policy/model.ts';
import { Jurisdiction, type ReportQuestion } from '../../reporting/fold/question.ts';
import { renderReport } from '../../reporting/html/render-report.ts';
import type { Outlines } from '../../reporting/html/world-map.ts';
import { METHOD_NOTES } from '../../reporting/method-notes.ts';
import { PlaceLabels, type PlaceData } from '../../reporting/places.ts';
import { REPORT_VERSION, type Report } from '../../reporting/report.ts';
import { inThread } from '../threads/in-thread.ts';
import type { ChainState } from './chain-states.ts';
import type { FiguresTask } from './figures-thread.ts';
import type { ReadFigures } from './read-figures.ts';
import type { RecordSource } from './record-source.ts';
import { stateLocations } from './state-locations.ts';

/** What names mean when the report is made, and what else the records do not say. */
export interface ReportSurroundings {
  readonly settings: Settings;
  readonly world: WorldData;
  /** Absent where the records of another installation are read without its policy. */
  readonly policy?: Pick<CompiledPolicy, 'jurisdictions' | 'agents'> | undefined;
  readonly tables: TablesAnswer;
  readonly now: Instant;
}

export interface AskedReport {
  /** A country, a built-in set, or a set of the policy. */
  readonly jurisdiction: string;
  readonly since: Instant;
  readonly until: Instant;
}

const DAY = 86_400_000;

/**
 * What is to be asked of the record.
 * @failure a sentence: the jurisdiction is none, the period is empty
 */
export function reportQuestion(asked: AskedReport, surroundings: ReportSurroundings): Result<ReportQuestion, string> {
  const places = placeData(surroundings);
  const countries = new PlaceLabels(places).countries(asked.jurisdiction)?.toArray() ?? [];
  if (countries.length === 0)
    return fail(
      `Found the jurisdiction "${asked.jurisdiction}", expected a country, a built-in set such as eu, or one of the policy`,
    );
  if (asked.since >= asked.until) return fail('Found a period that ends before it begins, expected since before until');
  const homes = surroundings.policy?.agents.map(({ attributes }) => [attributes.agent, attributes.home.label]) ?? [];
  return ok({
    jurisdiction: { id: asked.jurisdiction, countries },
    since: new Date(asked.since).toISOString(),
    until: new Date(asked.until).toISOString(),
    places,
    homes: Object.fromEntries(homes) as Readonly<Record<string, string>>,
  });
}

/**
 * Makes the report: reads and verifies all that is asked for, each in a thread. Rejects when the files cannot be read, and
 * when the signal is given.
 */
export async function makeReport(
  question: ReportQuestion,
  source: RecordSource,
  surroundings: ReportSurroundings,
  signal: AbortSignal,
): Promise<Report> {
  const either = new AbortController();
  const both = AbortSignal.any([signal, either.signal]);
  try {
    const [read, chains] = await Promise.all([
      inThread<ReadFigures>('reporting/figures', { source, question } satisfies FiguresTask, { signal: both }),
      inThread<readonly ChainState[]>('reporting/chains', source, { signal: both }),
    ]);
    return joined(question, { read, chains }, surroundings);
  } finally {
    // What failed alone leaves the other one running.
    either.abort();
  }
}

function joined(
  question: ReportQuestion,
  { read, chains }: { readonly read: ReadFigures; readonly chains: readonly ChainState[] },
  { settings, tables, now, policy }: ReportSurroundings,
): Report {
  const jurisdiction = new Jurisdiction(question);
  const { figures, unread } = read;
  const unreadOf = (writer: string): { unread?: string } => {
    const reasons = unread.filter((each) => each.writer === writer).map(({ reason }) => reason);
    return reasons.length === 0 ? {} : { unread: reasons.join('; ') };
  };
  return {
    report: REPORT_VERSION,
    jurisdiction: { ...question.jurisdiction, countries: [...question.jurisdiction.countries] },
    period: { since: question.since, until: question.until },
    madeAt: new Date(now).toISOString(),
    isComplete: chains.every(({ state }) => state === 'whole') && unread.length === 0 && figures.totals.unreadable === 0,
    ...figures,
    locations: [...stateLocations(settings, jurisdiction.labels, (label) => jurisdiction.holds(label))],
    tables: tables.items.map(({ id, kind, state, date, proves, source, licence }) => ({
      id,
      kind,
      state,
      proves,
      source,
      licence,
      ...(date !== undefined && { date, ageDays: Math.max(0, Math.floor((now - Date.parse(date)) / DAY)) }),
    })),
    geoTrust: settings.geo.trust,
    chains: chains.map((chain) => ({ ...chain, ...unreadOf(chain.writer) })),
    notes: [...METHOD_NOTES, ...(policy === undefined ? [WITHOUT_POLICY] : [])],
  };
}

const WITHOUT_POLICY =
  'No policy was at hand: homes and places by the names of its sets could not be told, and where state lies is what the settings of this machine state.';

/** The report as a page. @param consoleAddress where its links lead; empty where it is served beside the console */
export function reportPage(report: Report, surroundings: ReportSurroundings, consoleAddress: string): string {
  const labels = new PlaceLabels(placeData(surroundings));
  return renderReport({ report, outlines: CONSOLE_OUTLINES, countries: (label) => labels.countries(label), consoleAddress });
}

const CONSOLE_OUTLINES: Outlines = { size: SIZE, paths: OUTLINES, middle: positionOf };

function placeData({ world, policy }: ReportSurroundings): PlaceData {
  const builtIn = [...world.jurisdictions].map(([id, { countries }]) => [id, countries.toArray()] as const);
  const own = [...(policy?.jurisdictions ?? [])].map(([id, countries]) => [id, countries.toArray()] as const);
  const regions = [...world.regions].filter(([, country]) => parseCountryCode(country) !== undefined);
  return { jurisdictions: Object.fromEntries([...builtIn, ...own]), regions: Object.fromEntries(regions) };
}
