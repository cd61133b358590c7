import type { ExchangeFilter } from '../exchange-filter.ts';
import type { Figures } from '../report.ts';
import { isOpenPlace, type DecisionFacts, type FacetBases, type FacetLabels } from './decision-facts.ts';
import type { Jurisdiction } from './question.ts';
import { Tally, type Counts, type Ranked } from './tally.ts';

type Transfer = NonNullable<DecisionFacts['transfer']>;

interface HostAt {
  readonly host: string;
  readonly place: FacetLabels;
}

/** Rows of a table that are listed; a table that is longer is none that people read. */
const MOST_ROWS = 200;

/** The tables of a report as they grow. */
export class JurisdictionTallies {
  readonly #flows = new Tally<{ readonly place: FacetLabels; readonly basis: FacetBases }>();
  readonly #destinations = new Tally<HostAt>();
  readonly #transfers = new Tally<{ readonly clause: Transfer; readonly place: FacetLabels }>();
  readonly #refusals = new Tally<{ readonly place: FacetLabels }>();
  readonly #denials = new Tally<{ readonly code: string; readonly host: string }>();
  readonly #contradictions = new Tally<{ readonly statement: string; readonly host: string }>();
  readonly #openPlaces = new Tally<HostAt>();
  readonly #folded = new Tally<{ readonly subject: string | undefined; readonly code: string; readonly host: string }>();
  readonly #unknownHomes = new Tally<string>();
  readonly #findings = new Map<string, { values: number; exchanges: number }>();

  /** Where to count what is carried under such a decision. */
  flow({ place, basis }: DecisionFacts): Counts | undefined {
    if (place === undefined || basis === undefined) return undefined;
    return this.#flows.cell(`${keyOf(place)}\n${keyOf(basis)}`, { place, basis });
  }

  transfer({ place, transfer: clause }: DecisionFacts): Counts | undefined {
    if (place === undefined || clause === undefined) return undefined;
    const { rule, basis, reference = '' } = clause;
    return this.#transfers.cell([rule, basis, reference, keyOf(place)].join('\n'), { clause, place });
  }

  destination(host: string, place: FacetLabels): Counts {
    return this.#destinations.cell(`${host}\n${keyOf(place)}`, { host, place });
  }

  denied(code: string, host: string): void {
    this.#denials.cell(`${code}\n${host}`, { code, host }).exchanges += 1;
  }

  /** Where a denied request would have gone, as far as it was judged. */
  refused({ place }: DecisionFacts): void {
    if (place !== undefined) this.#refusals.cell(keyOf(place), { place }).exchanges += 1;
  }

  /** What a decision shows about places, whatever was decided. */
  judged({ contradictions, place }: DecisionFacts, host: string): void {
    for (const statement of contradictions)
      this.#contradictions.cell(`${statement}\n${host}`, { statement, host }).exchanges += 1;
    if (place !== undefined && isOpenPlace(place))
      this.#openPlaces.cell(`${host}\n${keyOf(place)}`, { host, place }).exchanges += 1;
  }

  folded(subject: string | undefined, code: string, host: string, count: number): void {
    this.#folded.cell([subject ?? '', code, host].join('\n'), { subject, code, host }).exchanges += count;
  }

  unknownHome(home: string): void {
    this.#unknownHomes.cell(home, home).exchanges += 1;
  }

  /** Entities are those of the policy: as few as it names. */
  found(findings: Readonly<Record<string, unknown>>): void {
    for (const [entity, values] of Object.entries(findings)) {
      if (typeof values !== 'number' || values <= 0) continue;
      const known = this.#findings.get(entity) ?? { values: 0, exchanges: 0 };
      this.#findings.set(entity, { values: known.values + values, exchanges: known.exchanges + 1 });
    }
  }

  /** What left the jurisdiction, or may have. */
  sentOutside(jurisdiction: Jurisdiction): number {
    const { cells, others } = this.#flows.ranked(Number.POSITIVE_INFINITY);
    return cells.filter(({ facts }) => !liesIn(jurisdiction, facts.place)).reduce((sum, { sent }) => sum + sent, others.sent);
  }

  carried(): Counts {
    return this.#flows.total();
  }

  figures(jurisdiction: Jurisdiction, period: Pick<ExchangeFilter, 'since' | 'until'>): TallyFigures {
    const permitted = { ...period, decision: 'permit' } as const;
    return {
      flows: table(this.#flows.ranked(MOST_ROWS), ({ place, basis }) => ({
        place,
        basis,
        isInside: liesIn(jurisdiction, place),
        filter: { ...permitted, place: place.entry },
      })),
      destinations: table(this.#destinations.ranked(MOST_ROWS), ({ host, place }) => ({
        host,
        place,
        filter: { ...permitted, host },
      })),
      transfers: table(this.#transfers.ranked(MOST_ROWS), ({ clause, place }) => ({
        ...clause,
        place,
        filter: { ...permitted, rule: clause.rule, place: place.entry },
      })),
      denials: table(this.#denials.ranked(MOST_ROWS), ({ code, host }) => ({
        code,
        host,
        filter: { ...period, decision: 'deny', code, ...(host !== '' && { host }) },
      })),
      refusals: table(this.#refusals.ranked(MOST_ROWS), ({ place }) => ({
        place,
        filter: { ...period, decision: 'deny' as const, place: place.entry },
      })),
      contradictions: table(this.#contradictions.ranked(MOST_ROWS), ({ statement, host }) => ({
        statement,
        host,
        filter: { ...period, host },
      })),
      openPlaces: table(this.#openPlaces.ranked(MOST_ROWS), ({ host, place }) => ({
        host,
        place,
        filter: { ...period, host },
      })),
      folded: this.#foldedHere(jurisdiction),
      findings: [...this.#findings]
        .map(([entity, found]) => ({ entity, ...found, filter: { ...period, entity } }))
        .sort((a, b) => b.values - a.values || (a.entity < b.entity ? -1 : 1)),
    };
  }

  unknownHomes(): NonNullable<Figures['notCounted']>['unknownHomes'] {
    return table(this.#unknownHomes.ranked(MOST_ROWS), (home) => ({ home }));
  }

  /** Counts name a subject alone: whose they are is known when every record was read. */
  #foldedHere(jurisdiction: Jurisdiction): Figures['folded'] {
    const here = new Tally<{ subject?: string; code: string; host: string }>();
    const { cells, others } = this.#folded.ranked(Number.POSITIVE_INFINITY);
    for (const { facts, exchanges } of cells) {
      const { subject, code, host } = facts;
      if (jurisdiction.ofSubject(subject) !== 'here') continue;
      here.cell([subject, code, host].join('\n'), { ...(subject !== undefined && { subject }), code, host }).exchanges +=
        exchanges;
    }
    // Whose these were is not known any more: rather too many than too few.
    const ranked = here.ranked(MOST_ROWS);
    const exchanges = ranked.others.exchanges + others.exchanges;
    return table({ ...ranked, others: { ...ranked.others, exchanges } }, (facts) => facts);
  }
}

type TallyFigures = Pick<
  Figures,
  'flows' | 'destinations' | 'transfers' | 'denials' | 'refusals' | 'contradictions' | 'openPlaces' | 'folded' | 'findings'
>;

function keyOf({ entry, processing, storage }: FacetLabels): string {
  return `${entry}\n${processing}\n${storage}`;
}

function liesIn(jurisdiction: Jurisdiction, { entry, processing, storage }: FacetLabels): boolean {
  return jurisdiction.holds(entry) && jurisdiction.holds(processing) && jurisdiction.holds(storage);
}

function table<F, R>({ cells, left, isFull, others }: Ranked<F>, describe: (facts: F) => R) {
  return {
    items: cells.map(({ facts, exchanges, sent, received }) => ({ ...describe(facts), exchanges, sent, received })),
    others: { rows: left, isAtLeast: isFull, ...others },
  };
}
