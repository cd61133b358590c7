import { CountrySet } from '../../core/place/country-set.ts';
import type { CountryCode } from '../../core/place/country.ts';
import { type PlaceData, PlaceLabels } from '../places.ts';

/** What is asked of the record, as data that passes between threads. */
export interface ReportQuestion {
  readonly jurisdiction: { readonly id: string; readonly countries: readonly string[] };
  /** RFC 3339 with milliseconds, UTC. Records of the first instant count, those of the last do not. */
  readonly since: string;
  readonly until: string;
  readonly places: PlaceData;
  /** Homes of the agents that the policy declares: for records that name a subject alone. */
  readonly homes: Readonly<Record<string, string>>;
}

/**
 * Whether somebody's data belongs to the jurisdiction. `unknown-home`: the name of a home that stands for nothing any more.
 * `unidentified`: nobody was recognised, or it has no home.
 */
export type Belonging = 'here' | 'elsewhere' | 'unknown-home' | 'unidentified';

/** Tells what belongs to the jurisdiction of a report, and what lies in it. */
export class Jurisdiction {
  readonly labels: PlaceLabels;
  readonly #countries: CountrySet;
  /** Homes by subject, as the records say. */
  readonly #homes = new Map<string, string>();

  constructor({ jurisdiction, places, homes }: ReportQuestion) {
    this.labels = new PlaceLabels({
      ...places,
      jurisdictions: { ...places.jurisdictions, [jurisdiction.id]: jurisdiction.countries },
    });
    this.#countries = CountrySet.of(jurisdiction.countries as readonly CountryCode[]);
    for (const [subject, home] of Object.entries(homes)) this.#homes.set(subject, home);
  }

  /** All of where the subject is at home lies in the jurisdiction. */
  belonging(home: string | undefined): Belonging {
    if (home === undefined) return 'unidentified';
    // Where there is no home there is no border that data could cross.
    if (home === 'any') return 'elsewhere';
    const countries = this.labels.countries(home);
    if (countries === undefined) return 'unknown-home';
    return !countries.isEmpty() && countries.isSubsetOf(this.#countries) ? 'here' : 'elsewhere';
  }

  /** Keeps where a subject is at home, for {@link ofSubject}. */
  learn(subject: string, home: string): void {
    const known = this.#homes.get(subject);
    // One that moved: whichever is met first, the same one is kept.
    if (known === undefined ? this.#homes.size < MOST_SUBJECTS : home < known) this.#homes.set(subject, home);
  }

  ofSubject(subject: string | undefined): Belonging {
    return this.belonging(subject === undefined ? undefined : this.#homes.get(subject));
  }

  /** Whether every country that a label may stand for lies in the jurisdiction. */
  holds(label: string): boolean {
    return this.labels.countries(label)?.isSubsetOf(this.#countries) ?? false;
  }
}

const MOST_SUBJECTS = 100_000;
