import { CountrySet } from '../core/place/country-set.ts';
import { type CountryCode, parseCountryCode } from '../core/place/country.ts';

/** What the names of places stand for, as data that passes between threads. */
export interface PlaceData {
  /** Countries by set: `eu`, and those that the policy declares. */
  readonly jurisdictions: Readonly<Record<string, readonly string[]>>;
  /** Country by cloud region: `aws:eu-central-1`. */
  readonly regions: Readonly<Record<string, string>>;
}

/** Reads the labels that records have for places and homes. */
export class PlaceLabels {
  readonly #data: PlaceData;
  readonly #known = new Map<string, CountrySet | undefined>();

  constructor(data: PlaceData) {
    this.#data = data;
  }

  /**
   * The countries that a label may stand for: `DE`, `eu`, `aws:eu-central-1`, several of these with commas between them.
   * Undefined for what has no country (`unknown`, `global`, `anycast`, `any`) or is not known any more.
   */
  countries(label: string): CountrySet | undefined {
    if (this.#known.has(label)) return this.#known.get(label);
    const found = this.#read(label);
    // Labels come from policies and tables, of which there are few; a record that has more is read all the same.
    if (this.#known.size < MOST_LABELS) this.#known.set(label, found);
    return found;
  }

  #read(label: string): CountrySet | undefined {
    let all = CountrySet.EMPTY;
    for (const name of label.split(',')) {
      const found = this.#named(name.trim());
      if (found === undefined) return undefined;
      all = all.union(found);
    }
    return all;
  }

  #named(name: string): CountrySet | undefined {
    const code = parseCountryCode(name);
    if (code !== undefined) return CountrySet.of([code]);
    const set = Object.hasOwn(this.#data.jurisdictions, name) ? this.#data.jurisdictions[name] : undefined;
    if (set !== undefined) return CountrySet.of(set as readonly CountryCode[]);
    const region = Object.hasOwn(this.#data.regions, name) ? parseCountryCode(this.#data.regions[name]!) : undefined;
    return region === undefined ? undefined : CountrySet.of([region]);
  }
}

const MOST_LABELS = 10_000;
