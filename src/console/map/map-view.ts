import { MIDDLES, SIZE } from './outlines.ts';

/** Countries of an approval, by what they are to it; absent where it may be any. */
export interface MappedCountries {
  readonly home?: readonly string[];
  readonly entry?: readonly string[];
  readonly processing?: readonly string[];
  readonly storage?: readonly string[];
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What a map shows of an approval. */
export interface MapView {
  readonly home: ReadonlySet<string>;
  readonly destinations: ReadonlySet<string>;
  /** At least one of the places can be any country. */
  readonly isAnywhere: boolean;
  /** Some destination is no home. */
  readonly isOutside: boolean;
  /** The part of the map on which all of that lies, in the shape of the whole. */
  readonly box: Box;
}

const POSITIONS: ReadonlyMap<string, readonly [x: number, y: number]> = new Map(
  MIDDLES.split(' ').map((entry) => {
    const [x = '', y = ''] = entry.slice(2).split(',');
    return [entry.slice(0, 2), [Number(x), Number(y)]];
  }),
);

/** Units of the map round the middle of a country. */
const MARGIN = { x: 150, y: 70 } as const;
/** A closer look would show how simple the outlines are. */
const LEAST_WIDTH = 500;
const WHOLE: Box = { x: 0, y: 0, ...SIZE };

export function mapView({ home = [], ...facets }: MappedCountries): MapView {
  const places = [facets.entry, facets.processing, facets.storage];
  const destinations = new Set(places.flatMap((countries) => countries ?? []));
  const isAnywhere = places.includes(undefined);
  const homes = new Set(home);
  return {
    home: homes,
    destinations,
    isAnywhere,
    isOutside: isAnywhere || !destinations.isSubsetOf(homes),
    box: isAnywhere ? WHOLE : boxRound([...homes.union(destinations)]),
  };
}

/** Where the middle of a country is on the map; undefined for what is no country. */
export function positionOf(country: string): readonly [x: number, y: number] | undefined {
  return POSITIONS.get(country);
}

function boxRound(countries: readonly string[]): Box {
  const positions = countries.map(positionOf).filter((position) => position !== undefined);
  if (positions.length === 0) return WHOLE;
  const [xs, ys] = [positions.map(([x]) => x), positions.map(([, y]) => y)];
  const [west, east] = [Math.min(...xs) - MARGIN.x, Math.max(...xs) + MARGIN.x];
  const [north, south] = [Math.min(...ys) - MARGIN.y, Math.max(...ys) + MARGIN.y];
  const shape = SIZE.width / SIZE.height;
  const width = Math.min(SIZE.width, Math.max(LEAST_WIDTH, east - west, (south - north) * shape));
  const height = width / shape;
  return {
    x: within((west + east - width) / 2, SIZE.width - width),
    y: within((north + south - height) / 2, SIZE.height - height),
    width,
    height,
  };
}

function within(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}
