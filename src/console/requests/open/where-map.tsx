import type { JSX } from 'preact';
import { type MappedCountries, type MapView, mapView, positionOf } from '../../map/map-view.ts';
import { OUTLINES } from '../../map/outlines.ts';

/** More rings would be in each other's way. */
const MOST_RINGS = 6;
const NAMES = new Intl.DisplayNames(['en'], { type: 'region' });

/** Where the data would go, and where it is at home, on a map; the words beside it say all that it shows. */
export function WhereMap({ countries }: { readonly countries: MappedCountries }): JSX.Element {
  const view = mapView(countries);
  const { box, destinations, isAnywhere, isOutside } = view;
  const words = wordsOf(view);
  return (
    <figure class={isOutside ? 'map outside' : 'map'}>
      <svg viewBox={`${box.x} ${box.y} ${box.width} ${box.height}`} role="img" aria-label={`Map. ${words.join('. ')}.`}>
        {Object.entries(OUTLINES).map(([country, path]) => (
          <path key={country} d={path} class={classOf(country, view)} data-country={country} />
        ))}
        {!isAnywhere &&
          destinations.size <= MOST_RINGS &&
          [...destinations].map((each) => <Ring key={each} country={each} box={box} />)}
      </svg>
      <figcaption>
        {words.map((each, index) => (
          <span key={each}>
            <span class={index === 0 ? 'key home' : 'key destination'} /> {each}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

/** Round the middle of a country: many are too small to be seen otherwise. */
function Ring({ country, box }: { readonly country: string; readonly box: MapView['box'] }): JSX.Element | null {
  const position = positionOf(country);
  if (position === undefined) return null;
  const [cx, cy] = position;
  const r = box.width / 40;
  return (
    <g data-ring={country}>
      <circle cx={cx} cy={cy} r={r} />
      <circle cx={cx} cy={cy} r={r} />
    </g>
  );
}

function classOf(country: string, { home, destinations, isAnywhere }: MapView): string | undefined {
  if (destinations.has(country)) return 'destination';
  if (home.has(country)) return 'home';
  return isAnywhere && country !== '' ? 'may-be' : undefined;
}

function wordsOf({ home, destinations, isAnywhere }: MapView): readonly string[] {
  const destination = isAnywhere
    ? 'Would go to a place that may be anywhere'
    : `Would go to ${destinations.size > MOST_RINGS ? 'one of ' : ''}${listed(destinations)}`;
  return [home.size === 0 ? 'Home: any country' : `Home: ${listed(home)}`, destination];
}

function listed(countries: ReadonlySet<string>): string {
  if (countries.size > MOST_RINGS) return `${countries.size} countries`;
  return [...countries].map((each) => NAMES.of(each) ?? each).join(' or ');
}
