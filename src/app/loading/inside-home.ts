import type { Settings } from '../../config/settings-schema.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { WorldData } from '../../policy/model.ts';
import { statedPlace } from './stated-place.ts';

/** Where the settings say that something lies that the gateway keeps, or sends for itself. */
export interface StatedLocation {
  /** `store.place` */
  readonly setting: string;
  readonly place: string;
  /** Why it has to be at home, for whoever reads the refusal: `what the gateway keeps stays at its own home`. */
  readonly because: string;
}

/**
 * Whether it lies inside `node.place`, where the gateway itself is at home (invariant 10). Where that is unset, nothing is
 * compared: whoever calls decides what may start without it.
 * @failure a sentence that names the setting
 */
export function insideHome(
  { setting, place, because }: StatedLocation,
  node: Settings['node'],
  world: WorldData,
): Result<void, string> {
  const stated = statedPlace(setting, place, world);
  if (!stated.ok) return stated;
  if (node.place === undefined) return ok(undefined);
  const home = statedPlace('node.place', node.place, world);
  if (!home.ok) return home;
  if (stated.value.countries.isSubsetOf(home.value.countries)) return ok(undefined);
  return fail(`${setting}: Found ${place}, expected a place inside ${node.place} (node.place): ${because}`);
}
