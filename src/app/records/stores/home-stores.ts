import type { Settings } from '../../../config/settings-schema.ts';
import type { Home } from '../../../core/exchange/decision.ts';
import { parseCountryCode } from '../../../core/place/country.ts';
import { CountrySet } from '../../../core/place/country-set.ts';
import type { ClosedPlace } from '../../../core/place/place.ts';
import { fail, ok, type Result } from '../../../core/result.ts';
import type { WorldData } from '../../../policy/model.ts';
import { insideHome } from '../../loading/inside-home.ts';
import { statedPlace } from '../../loading/stated-place.ts';
import { recordStores, type RecordStore } from './record-stores.ts';

/** A store that has the records of some homes. */
export interface HomeStore {
  readonly store: RecordStore;
  /** The jurisdiction whose homes it is for. */
  readonly serves: Home;
  readonly place: ClosedPlace;
}

/**
 * The stores that the settings name, their places judged: each inside the jurisdiction that it is for and inside `node.place`, and
 * of any two jurisdictions either one inside the other or both apart, so that a home has one narrowest. Empty where all records lie
 * in one place.
 * @failure a sentence that says where it is written
 */
export function homeStores(
  settings: Pick<Settings, 'data' | 'node' | 'recordings'>,
  world: WorldData,
): Result<readonly HomeStore[], string> {
  const found: HomeStore[] = [];
  for (const store of recordStores(settings)) {
    const { entry } = store;
    if (entry === undefined) return ok([]);
    const serves = jurisdictionOf(entry, store.setting, world);
    if (!serves.ok) return fail(`${entry.written.for}: ${serves.failure}`);
    const place = judgedPlace(store, serves.value, settings.node, world);
    if (!place.ok) return fail(`${entry.written.place}: ${place.failure}`);
    const clash = found.find((other) => !areTold(other.serves, serves.value));
    if (clash !== undefined) {
      const { setting } = clash.store;
      return fail(
        `${entry.written.for}: ${store.setting}.for: Found ${serves.value.label}, expected a jurisdiction inside, around or apart from ${clash.serves.label} (${setting}.for): nobody could tell whose records lie where`,
      );
    }
    found.push({ store, serves: serves.value, place: place.value });
  }
  return ok(found);
}

type Entry = NonNullable<RecordStore['entry']>;

function jurisdictionOf(entry: Entry, setting: string, world: WorldData): Result<HomeStore['serves'], string> {
  const label = entry.for.join('+');
  if (entry.for.includes('any')) return ok({ any: true, countries: CountrySet.ALL, label });
  let countries = CountrySet.of([]);
  for (const name of entry.for) {
    const code = parseCountryCode(name);
    const named = code === undefined ? world.jurisdictions.get(name)?.countries : CountrySet.of([code]);
    if (named === undefined) {
      return fail(`${setting}.for: Found "${name}", expected a country, a built-in set such as eu, or any`);
    }
    countries = countries.union(named);
  }
  return ok({ any: false, countries, label });
}

function judgedPlace(
  { setting: store, entry }: RecordStore,
  serves: HomeStore['serves'],
  node: Settings['node'],
  world: WorldData,
): Result<ClosedPlace, string> {
  const setting = `${store}.place`;
  const name = entry!.place;
  const stated = statedPlace(setting, name, world);
  if (!stated.ok) return stated;
  if (!serves.any && !stated.value.countries.isSubsetOf(serves.countries)) {
    return fail(`${setting}: Found ${name}, expected a place inside ${serves.label} (${store}.for): records stay at home`);
  }
  const because = 'what the gateway keeps stays at its own home';
  const inside = insideHome({ setting, place: name, because }, node, world);
  return inside.ok ? stated : inside;
}

/** Whether a home that both hold has a narrower one of them. */
function areTold(a: HomeStore['serves'], b: HomeStore['serves']): boolean {
  if (a.any || b.any) return a.any !== b.any;
  if (!a.countries.overlaps(b.countries)) return true;
  const [aInB, bInA] = [a.countries.isSubsetOf(b.countries), b.countries.isSubsetOf(a.countries)];
  return aInB !== bInA;
}

/**
 * The store of a home: the narrowest of those that hold all of it, if it lies inside that home.
 * @failure a sentence: there is none, and nothing of the subject may be kept
 */
export function storeOf<S extends HomeStore>(home: Home, stores: readonly S[]): Result<S, string> {
  let narrowest: S | undefined;
  for (const store of stores) {
    const holds = store.serves.any || (!home.any && home.countries.isSubsetOf(store.serves.countries));
    if (holds && (narrowest === undefined || isNarrower(store.serves, narrowest.serves))) narrowest = store;
  }
  if (narrowest === undefined) {
    const labels = stores.map(({ serves }) => serves.label).join(', ');
    return fail(`No store of recordings is for all of ${home.label}; there are those for ${labels}`);
  }
  if (home.any || narrowest.place.countries.isSubsetOf(home.countries)) return ok(narrowest);
  const { store, place } = narrowest;
  return fail(`${store.setting}.place is ${place.label}, outside ${home.label}`);
}

function isNarrower(a: HomeStore['serves'], b: HomeStore['serves']): boolean {
  return !a.any && (b.any || a.countries.isSubsetOf(b.countries));
}
