import type { Settings } from '../../config/settings-schema.ts';
import type { PlaceLabels } from '../../reporting/places.ts';
import type { Report } from '../../reporting/report.ts';

type Location = Report['locations'][number];

interface StatedLocation {
  readonly setting: string;
  readonly holds: string;
  readonly place: string | undefined;
}

const HOLDS = {
  data: 'keys, interception CA, spool of held requests',
  store: 'tokens, sessions of people, approvals, grants',
} as const;

/** Where state lies, as the settings state it, and whether that is inside a jurisdiction. */
export function stateLocations(
  settings: Settings,
  labels: PlaceLabels,
  isInside: (label: string) => boolean,
): readonly Location[] {
  const location = (setting: string, holds: string, place: string | undefined): Location => {
    if (place === undefined) return { setting, holds, place: 'unstated' };
    const isKnown = labels.countries(place) !== undefined;
    return { setting, holds, place, ...(isKnown && { isInside: isInside(place) }) };
  };
  return [
    ...(['data', 'store'] as const).map((section) => location(`${section}.place`, HOLDS[section], settings[section].place)),
    ...recordLocations(settings.recordings).map(({ setting, holds, place }) => location(setting, holds, place)),
    ...settings.sinks.map(({ place }, index) => location(`sinks[${index}].place`, 'a copy of the record', place)),
  ];
}

function recordLocations({ place, stores }: Settings['recordings']): readonly StatedLocation[] {
  if (stores.length === 0) return [{ setting: 'recordings.place', holds: 'the record', place }];
  return stores.map((store, index) => ({
    setting: `recordings[${index}].place`,
    holds: `the record of agents at home in ${store.for.join('+')}`,
    place: store.place,
  }));
}
