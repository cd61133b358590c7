import type { Settings } from '../../config/settings-schema.ts';
import type { Home } from '../../core/exchange/decision.ts';
import type { ClosedPlace } from '../../core/place/place.ts';
import { type Result, ok } from '../../core/result.ts';
import type { WorldData } from '../../policy/model.ts';
import { statedPlace } from '../loading/stated-place.ts';

/**
 * Where everything passes through, as the settings say; undefined where nothing does.
 * @failure a sentence that names the setting
 */
export function parentPlace(
  { 'upstream-proxy': proxy }: Pick<Settings, 'upstream-proxy'>,
  world: WorldData,
): Result<ClosedPlace | undefined, string> {
  return proxy === undefined ? ok(undefined) : statedPlace(`${proxy.written.place} upstream-proxy.place`, proxy.place, world);
}

/** Why the data of agents at home there may not pass through, as an expectation; undefined where it may. */
export function parentProblem(
  home: Home,
  place: ReturnType<typeof parentPlace>,
  { 'upstream-proxy': proxy }: Pick<Settings, 'upstream-proxy'>,
): string | undefined {
  if (!place.ok) return `expected one that holds where everything passes through: ${place.failure}`;
  if (place.value === undefined || home.any || place.value.countries.isSubsetOf(home.countries)) return undefined;
  const where = proxy === undefined ? '' : ` (${proxy.written.place} upstream-proxy.place)`;
  return `expected one that holds ${place.value.label}, where everything passes through${where}`;
}
