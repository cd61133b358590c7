import { parseCountryCode } from '../../core/place/country.ts';
import { CountrySet } from '../../core/place/country-set.ts';
import type { OpenPlace, Place, PlaceSet } from '../../core/place/place.ts';
import { quote } from '../../wire/quote.ts';
import type { WorldData } from '../model.ts';
import { didYouMean } from '../text/nearest.ts';
import type { Spot } from '../reading/spot.ts';

const OPEN: ReadonlySet<string> = new Set<OpenPlace['open']>(['global', 'anycast', 'unknown']);
/** Words that sets cannot be named. */
export const RESERVED_PLACES: ReadonlySet<string> = new Set(['any', ...OPEN]);

type Named =
  | { readonly kind: 'countries'; readonly countries: CountrySet }
  | { readonly kind: 'region'; readonly countries: CountrySet }
  | { readonly kind: 'open'; readonly open: OpenPlace['open'] };

/** What a place in a policy may be, beside a country or a set. */
export interface PlaceUse {
  readonly regions: boolean;
  readonly open: boolean;
}

/** What the place names of a policy mean: countries, built-in and own sets, cloud regions. */
export class PlaceNames {
  readonly #world: WorldData;
  readonly #own: ReadonlyMap<string, CountrySet>;

  constructor(world: WorldData, own: ReadonlyMap<string, CountrySet>) {
    this.#world = world;
    this.#own = own;
  }

  /** One closed place, as attestations and internal destinations state it; a name that is none is reported. */
  place(name: string, spot: Spot): Place | undefined {
    const named = this.#resolve(name, spot, { regions: true, open: false });
    if (named === undefined || named.kind === 'open') return undefined;
    return { countries: named.countries, label: name, ...(named.kind === 'region' && { region: name }) };
  }

  /** Countries of one name, as homes state them; a name that is none is reported. */
  countries(name: string, spot: Spot): CountrySet | undefined {
    const named = this.#resolve(name, spot, { regions: false, open: false });
    return named?.kind === 'countries' ? named.countries : undefined;
  }

  /** A set of places; names that are none are reported and left out. */
  placeSet(names: readonly string[], spot: Spot, use: PlaceUse): PlaceSet {
    let countries = CountrySet.EMPTY;
    const regions = new Set<string>();
    const open = new Set<OpenPlace['open']>();
    for (const [index, name] of names.entries()) {
      const named = this.#resolve(name, spot.at(index), use);
      if (named?.kind === 'countries') countries = countries.union(named.countries);
      else if (named?.kind === 'region') regions.add(name);
      else if (named?.kind === 'open') open.add(named.open);
    }
    return { any: false, countries, regions, open, label: names.join(', ') };
  }

  #resolve(name: string, spot: Spot, use: PlaceUse): Named | undefined {
    const countries = this.#countriesOf(name);
    if (countries !== undefined) return { kind: 'countries', countries };
    const region = name.includes(':') ? this.#regionCountry(name) : undefined;
    if (region !== undefined && use.regions) return { kind: 'region', countries: region };
    if (OPEN.has(name) && use.open) return { kind: 'open', open: name as OpenPlace['open'] };
    this.#report(name, spot, use, region !== undefined);
    return undefined;
  }

  #countriesOf(name: string): CountrySet | undefined {
    const code = parseCountryCode(name);
    if (code !== undefined) return CountrySet.of([code]);
    return this.#own.get(name) ?? this.#world.jurisdictions.get(name)?.countries;
  }

  #regionCountry(name: string): CountrySet | undefined {
    const code = parseCountryCode(this.#world.regions.get(name) ?? '');
    return code === undefined ? undefined : CountrySet.of([code]);
  }

  #report(name: string, spot: Spot, use: PlaceUse, isRegion: boolean): void {
    const expected = use.regions ? 'a country, a set or a cloud region' : 'a country or a set';
    const found = `Found ${quote(name)}, expected ${expected}`;
    if (isRegion) spot.error(`${found}, not a cloud region`);
    else if (name === 'any') spot.error(found, 'name the places; "any" is only a home, and only a whole "to"');
    else if (OPEN.has(name)) spot.error(found, `"${name}" can only be named under transfer.to`);
    else if (name.includes(':')) spot.error(`${found} that the tables place`, didYouMean(name, this.#world.regions.keys()));
    else if (parseCountryCode(name.toUpperCase()) !== undefined)
      spot.error(found, `countries are written in capitals: ${name.toUpperCase()}`);
    else spot.error(found, didYouMean(name, [...this.#own.keys(), ...this.#world.jurisdictions.keys()]));
  }
}
