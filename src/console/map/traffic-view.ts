/** Exchanges of a place, and the countries that it may be. */
export interface PlaceTraffic {
  readonly countries: readonly string[];
  readonly permit: number;
  readonly hold: number;
  readonly deny: number;
}

/** What became of what went toward a country. */
export interface CountryTraffic {
  readonly permit: number;
  readonly deny: number;
}

/**
 * Exchanges by country: permitted, and refused or held. Of a place that may be one of several countries each gets all of it, since it
 * may have been there; `unplaced` is what may have been anywhere.
 */
export function trafficByCountry(places: readonly PlaceTraffic[]): {
  readonly countries: ReadonlyMap<string, CountryTraffic>;
  readonly unplaced: CountryTraffic;
} {
  const countries = new Map<string, CountryTraffic>();
  let unplaced: CountryTraffic = { permit: 0, deny: 0 };
  for (const { countries: several, permit, hold, deny } of places) {
    const added = { permit, deny: deny + hold };
    if (several.length === 0) unplaced = sum(unplaced, added);
    for (const country of several) countries.set(country, sum(countries.get(country), added));
  }
  return { countries, unplaced };
}

function sum(a: CountryTraffic | undefined, b: CountryTraffic): CountryTraffic {
  return { permit: (a?.permit ?? 0) + b.permit, deny: (a?.deny ?? 0) + b.deny };
}
