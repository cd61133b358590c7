import type { Settings } from '../../config/settings-schema.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { WorldData } from '../../policy/model.ts';
import type { Cloud, MetadataService } from '../egress/metadata-service.ts';
import { statedPlace } from './stated-place.ts';

/** Where the cloud says that this machine runs. */
export interface NodeRegion {
  readonly cloud: Cloud;
  /** `aws:eu-central-1` */
  readonly region: string;
  /** ISO 3166-1 */
  readonly country: string;
}

/**
 * Holds what `node.place` states against what the cloud's metadata service reports (`node.metadata`). Whoever asks for the check
 * wants to be stopped where it cannot be made: a service that is silent, or a region that the table does not know, is a failure.
 *
 * @returns undefined where `node.metadata` is unset
 * @failure a sentence that names the setting
 */
export async function checkNodePlace(
  { metadata: cloud, place }: Settings['node'],
  world: WorldData,
  serviceOf: (cloud: Cloud) => MetadataService,
): Promise<Result<NodeRegion | undefined, string>> {
  if (cloud === undefined) return ok(undefined);
  const reported = await serviceOf(cloud).region();
  if (!reported.ok) {
    return fail(`node.metadata: The metadata service of ${cloud} does not say where this machine runs: ${reported.failure}`);
  }
  const region = `${cloud}:${reported.value}`;
  const country = world.regions.get(region);
  if (country === undefined) {
    return fail(
      `node.metadata: Found ${region}, expected a region whose country the region table knows; without node.metadata nothing is asked`,
    );
  }
  if (place === undefined) return fail(`node.place: Found none, expected ${country}: the metadata service says ${region}`);
  const stated = statedPlace('node.place', place, world);
  if (!stated.ok) return stated;
  const found = statedPlace('node.metadata', country, world);
  if (!found.ok) return found;
  const isThere = found.value.countries.isSubsetOf(stated.value.countries) && isWithin(region, stated.value.region);
  if (isThere) return ok({ cloud, region, country });
  return fail(`node.place: Found ${place}, expected ${country}: the metadata service says that this machine runs in ${region}`);
}

/** A local zone lies within the region that it is named after, as far as its country does. */
function isWithin(region: string, stated: string | undefined): boolean {
  return stated === undefined || region === stated || region.startsWith(`${stated}-`);
}
