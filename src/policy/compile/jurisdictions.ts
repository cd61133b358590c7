import { parseCountryCode } from '../../core/place/country.ts';
import { CountrySet } from '../../core/place/country-set.ts';
import { quote } from '../../wire/quote.ts';
import type { WorldData } from '../model.ts';
import { didYouMean } from '../text/nearest.ts';
import type { JurisdictionText } from '../schema/jurisdictions.ts';
import type { Spot } from '../reading/spot.ts';
import { RESERVED_PLACES } from './place-names.ts';
import type { Item, Sections } from './sections.ts';

/** Sets inside sets inside sets: beyond this nobody can read it, and the stack would be the limit. */
const MAX_NESTING = 32;

/** The countries of every own set, with sets inside sets resolved; cycles and unknown members are reported. */
export function compileJurisdictions(sections: Sections, world: WorldData): ReadonlyMap<string, CountrySet> {
  const resolver = new SetResolver(sections, world);
  for (const item of sections.jurisdictions) resolver.resolve(item, []);
  return resolver.sets;
}

class SetResolver {
  readonly sets = new Map<string, CountrySet>();
  readonly #items: ReadonlyMap<string, Item<JurisdictionText>>;
  readonly #declared: ReadonlySet<string>;
  readonly #world: WorldData;
  /** A member could not be resolved, so an empty set is no finding of its own. */
  #isBroken = false;

  constructor(sections: Sections, world: WorldData) {
    this.#items = new Map(sections.jurisdictions.map((item) => [item.id, item]));
    this.#declared = new Set(sections.declared.jurisdictions.keys());
    this.#world = world;
  }

  resolve(item: Item<JurisdictionText>, path: readonly string[]): CountrySet {
    const known = this.sets.get(item.id);
    if (known !== undefined) return known;
    if (path.length === 0) this.#reportName(item);
    const { text, spot } = item;
    const isList = Array.isArray(text);
    const here = [...path, item.id];
    const included = this.#union(isList ? text : text.include, isList ? spot : spot.at('include'), here);
    const excluded = isList ? CountrySet.EMPTY : this.#union(text.exclude ?? [], spot.at('exclude'), here);
    const countries = included.minus(excluded);
    if (countries.isEmpty() && !this.#isBroken) spot.error('Found a set without any country, expected at least one');
    this.sets.set(item.id, countries);
    return countries;
  }

  #reportName({ id, spot }: Item<JurisdictionText>): void {
    if (RESERVED_PLACES.has(id))
      spot.errorAtKey(`Found a set named "${id}", which is a word of the language; expected another name`);
    else if (this.#world.jurisdictions.has(id)) {
      spot.errorAtKey(`Found a set named "${id}", which is a built-in set; expected another name`);
    }
  }

  #union(members: readonly string[], spot: Spot, path: readonly string[]): CountrySet {
    let union = CountrySet.EMPTY;
    for (const [index, member] of members.entries()) union = union.union(this.#member(member, spot.at(index), path));
    return union;
  }

  #member(name: string, spot: Spot, path: readonly string[]): CountrySet {
    const code = parseCountryCode(name);
    if (code !== undefined) return CountrySet.of([code]);
    const item = this.#items.get(name);
    if (item === undefined) return this.#builtIn(name, spot);
    if (path.includes(name)) {
      spot.error(`Found the set "${name}" inside itself: ${[...path.slice(path.indexOf(name)), name].join(' → ')}`);
    } else if (path.length >= MAX_NESTING) {
      spot.error(`Found sets nested deeper than ${MAX_NESTING} levels`);
    } else return this.resolve(item, path);
    this.#isBroken = true;
    return CountrySet.EMPTY;
  }

  #builtIn(name: string, spot: Spot): CountrySet {
    const builtIn = this.#world.jurisdictions.get(name);
    if (builtIn !== undefined) return builtIn.countries;
    this.#isBroken = true;
    // A set that broke the schema was reported where it stands.
    if (this.#declared.has(name)) return CountrySet.EMPTY;
    const upper = name.toUpperCase();
    const hint =
      parseCountryCode(upper) === undefined ? didYouMean(name, this.#names()) : `countries are written in capitals: ${upper}`;
    spot.error(`Found ${quote(name)}, expected a country or a set`, hint);
    return CountrySet.EMPTY;
  }

  #names(): string[] {
    return [...this.#items.keys(), ...this.#world.jurisdictions.keys()];
  }
}
