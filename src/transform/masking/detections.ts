import { BoundedMap } from '../../core/bounded-map.ts';
import { ENTITIES } from '../../masking/catalogue.ts';
import type { OwnEntity } from '../../masking/own/own-entity.ts';
import { compileDetection, type Detection } from '../../masking/scanning/detection.ts';

/** Policies ask for a handful of combinations; each takes tens of milliseconds to compile and some hundred KiB. */
const DETECTIONS = new BoundedMap<string, Detection>(64);

/**
 * What finds these entities. Compiled at the first call, remembered for all later ones: a policy calls for what its rules
 * name when it is loaded, so that no exchange waits for it.
 *
 * @param entities single entities, sorted, each once
 * @param own what the policy declares itself
 */
export function detectionFor(entities: readonly string[], own: readonly OwnEntity[]): Detection {
  const declared = own.filter(({ id }) => entities.includes(id));
  const key = entities.join(' ') + (declared.length === 0 ? '' : JSON.stringify(declared));
  const known = DETECTIONS.get(key);
  if (known !== undefined) return known;
  const builtIn = [...ENTITIES.values()].filter(({ id }) => entities.includes(id));
  const detection = compileDetection(builtIn, declared);
  DETECTIONS.set(key, detection);
  return detection;
}
