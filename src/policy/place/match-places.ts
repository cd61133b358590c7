import type { CompiledRule } from '../model.ts';
import { and, not, type Tri } from '../tri.ts';
import type { PreparedDestination } from '../target/prepared.ts';
import { isAllInside, isSomeInside, isSomePossiblyInside, type Judged } from './standing.ts';
import type { Stance } from '../target/covers-target.ts';

/**
 * Whether the `places` of a destination, and of its `except`, hold for a rule (contract §4.1.2). A permit needs every
 * possible place inside; a deny or a hold matches what is proved there, `or-unknown` and obligations what can be there.
 */
export function matchesPlaces(
  prepared: PreparedDestination,
  judged: Judged,
  rule: Pick<CompiledRule, 'effect' | 'orUnknown'>,
  stance: Stance,
): Tri {
  const { places, except } = prepared.destination;
  if (places === undefined && except?.places === undefined) return 'yes';
  const inside = places === undefined ? 'yes' : isInsideFor(judged, places, rule, stance);
  if (except?.places === undefined) return inside;
  // An exception takes a permit away as soon as it can hold, and a deny only when it is proved for every facet.
  const excepted = stance === 'narrow' ? isSomePossiblyInside(judged, except.places) : isAllInside(judged, except.places);
  return and(inside, not(excepted));
}

function isInsideFor(
  judged: Judged,
  places: NonNullable<PreparedDestination['destination']['places']>,
  rule: Pick<CompiledRule, 'effect' | 'orUnknown'>,
  stance: Stance,
): Tri {
  if (stance === 'narrow') return isAllInside(judged, places);
  const widened = rule.orUnknown || rule.effect === undefined;
  return widened ? isSomePossiblyInside(judged, places) : isSomeInside(judged, places);
}
