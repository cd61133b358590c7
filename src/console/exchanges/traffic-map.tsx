import type { JSX } from 'preact';
import { positionOf } from '../map/map-view.ts';
import { OUTLINES, SIZE } from '../map/outlines.ts';
import { type CountryTraffic, type PlaceTraffic, trafficByCountry } from '../map/traffic-view.ts';

const NAMES = new Intl.DisplayNames(['en'], { type: 'region' });
/** More rings would be in each other's way; the table has them all. */
const MOST_RINGS = 12;
const RING = 22;

/** Countries by what became of what went toward them; the table beside it says all that it shows. */
export function TrafficMap({ places }: { readonly places: readonly PlaceTraffic[] }): JSX.Element {
  const { countries, unplaced } = trafficByCountry(places);
  const ringed = countries.size <= MOST_RINGS ? [...countries] : [];
  return (
    <figure class="map traffic-map">
      <svg viewBox={`0 0 ${SIZE.width} ${SIZE.height}`} role="img" aria-label={`Map. ${words(countries, unplaced)}`}>
        {Object.entries(OUTLINES).map(([country, path]) => (
          <path key={country} d={path} class={classOf(countries.get(country))} data-country={country}>
            {countries.has(country) && <title>{wordsOf(country, countries.get(country))}</title>}
          </path>
        ))}
        {ringed.map(([country, traffic]) => (
          <Ring key={country} country={country} traffic={traffic} />
        ))}
      </svg>
      <figcaption>
        <span>
          <span class="key went" /> Permitted
        </span>
        <span>
          <span class="key refused" /> Refused or held
        </span>
        <span>
          <span class="key both" /> Both
        </span>
        {unplaced.permit + unplaced.deny > 0 && (
          <span>
            No country: {unplaced.permit} permitted, {unplaced.deny} refused or held
          </span>
        )}
      </figcaption>
    </figure>
  );
}

/** Round the middle of a country, many of which are too small to be seen; broken where all was refused. */
function Ring({ country, traffic }: { readonly country: string; readonly traffic: CountryTraffic }): JSX.Element | null {
  const position = positionOf(country);
  if (position === undefined) return null;
  const [cx, cy] = position;
  return (
    <g data-ring={country} class={traffic.permit === 0 ? 'broken' : undefined}>
      <circle cx={cx} cy={cy} r={RING} />
      <circle cx={cx} cy={cy} r={RING} />
    </g>
  );
}

function classOf(traffic: CountryTraffic | undefined): string | undefined {
  if (traffic === undefined) return undefined;
  if (traffic.permit === 0) return 'refused';
  return traffic.deny === 0 ? 'went' : 'both';
}

function words(countries: ReadonlyMap<string, CountryTraffic>, unplaced: CountryTraffic): string {
  const known =
    countries.size > MOST_RINGS ? [`${countries.size} countries`] : [...countries].map(([id, each]) => wordsOf(id, each));
  const anywhere = unplaced.permit + unplaced.deny === 0 ? [] : [`no country: ${countsOf(unplaced)}`];
  return `${[...known, ...anywhere].join('; ')}.`;
}

function wordsOf(country: string, traffic: CountryTraffic | undefined): string {
  return `${NAMES.of(country) ?? country}: ${traffic === undefined ? 'nothing' : countsOf(traffic)}`;
}

function countsOf({ permit, deny }: CountryTraffic): string {
  return `${permit} permitted, ${deny} refused or held`;
}
