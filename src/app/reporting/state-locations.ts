import type { Settings } from '../../config/settings-schema.ts';
import type { PlaceLabels } from '../../reporting/places.ts';
import type { Report } from '../../reporting/report.ts';

type Location = Report['locations'][number];

const HOLDS = {
  data: 'keys, interception CA, spool of held requests',
  store: 'tokens, sessions of people, approvals, grants',
  recordings: 'the record',
} as const;

/** Where state lies, as the settings state it, and whether that is inside a jurisdiction. */
export function stateLocations(
  settings: Settings,
  labels: PlaceLabels,
  isInside: (label: string) => boolean,
): readonly Location[] {
  return (['data', 'store', 'recordings'] as const).map((section) => {
    const { place } = settings[section];
    const setting = `${section}.place`;
    if (place === undefined) return { setting, holds: HOLDS[section], place: 'unstated' };
    const isKnown = labels.countries(place) !== undefined;
    return { setting, holds: HOLDS[section], place, ...(isKnown && { isInside: isInside(place) }) };
  });
}
