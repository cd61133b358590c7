import { authorityText, hostText } from '../../core/address.ts';
import { FACETS } from '../../core/place/evidence.ts';
import { matchesPlaces } from '../place/match-places.ts';
import type { PreparedDestination, PreparedRule } from './prepared.ts';
import { coversTarget, matchesHosts, matchesPort, type Stance } from './covers-target.ts';
import type { Weighed } from '../decision/weigh.ts';

/** Why a destination does not clearly cover the target, in words that complete "the rule does not match: …"; undefined when it does. */
export function describeDestination(
  { rule }: PreparedRule,
  prepared: PreparedDestination,
  weighed: Weighed,
  stance: Stance,
): string | undefined {
  const { target, judged } = weighed;
  const { id, ports } = prepared.destination;
  if (!matchesHosts(prepared, target.host)) return `${hostText(target.host)} is not one of the hosts of ${id}`;
  if (!matchesPort(prepared, target.port)) {
    return `${authorityText(target)} has port ${target.port}, ${id} has ${ports.join(', ')}`;
  }
  const covers = coversTarget(prepared, target, stance);
  if (covers !== 'yes') return describeCover(prepared, weighed, covers, stance);
  const placed = matchesPlaces(prepared, judged, rule, stance);
  if (placed === 'yes') return undefined;
  const found = FACETS.map((facet) => `${facet} ${judged.standings[facet].place.label}`).join(', ');
  const { places, except } = prepared.destination;
  const wanted = [places && `places ${places.label}`, except?.places && `except ${except.places.label}`].filter(Boolean);
  const proof = placed === 'unknown' ? 'is not known yet' : stance === 'narrow' ? 'is not proved to fit' : 'does not fit';
  return `the place (${found}) ${proof} ${wanted.join(' ')} of ${id}`;
}

function describeCover(
  { destination }: PreparedDestination,
  { target }: Weighed,
  covers: 'no' | 'unknown',
  stance: Stance,
): string {
  if (covers === 'unknown') return `the addresses of ${hostText(target.host)} are not known, ${destination.id} asks for them`;
  if (destination.addresses === undefined) return `${hostText(target.host)} is excepted from ${destination.id}`;
  if (stance === 'narrow' && destination.hosts === undefined && target.host.kind === 'name') {
    return `${destination.id} names addresses alone, and ${target.host.name} is a name`;
  }
  return `the addresses of ${hostText(target.host)} are not those of ${destination.id}, or are excepted`;
}
