import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapView, positionOf } from '../../src/console/map/map-view.ts';
import { OUTLINES, SIZE } from '../../src/console/map/outlines.ts';
import { COUNTRY_CODES } from '../../src/core/place/country.ts';

/** On three continents, which the map must not have moved. */
const ORDER = { westToEast: ['US', 'GB', 'DE', 'IN', 'JP'], northToSouth: ['NO', 'DE', 'EG', 'KE', 'ZA'] } as const;

describe('the outlines of the map', () => {
  it('have a place for every country, in the right order, and outlines of countries alone', () => {
    for (const code of COUNTRY_CODES)
      expect([code, positionOf(code)]).toEqual([code, [expect.any(Number), expect.any(Number)]]);
    const along = (axis: 0 | 1) => (code: string) => positionOf(code)![axis];
    const { westToEast, northToSouth } = ORDER;
    expect([...westToEast].sort((a, b) => along(0)(a) - along(0)(b))).toEqual(westToEast);
    expect([...northToSouth].sort((a, b) => along(1)(a) - along(1)(b))).toEqual(northToSouth);
    const unknown = Object.keys(OUTLINES).filter((code) => code !== '' && !COUNTRY_CODES.some((known) => known === code));
    expect(unknown).toEqual([]);
    expect(Object.keys(OUTLINES).length).toBeGreaterThan(170);
  });

  it('are paths and nothing else, round the middle of their country', () => {
    for (const [code, path] of Object.entries(OUTLINES)) {
      expect([code, path]).toEqual([code, expect.stringMatching(/^(?:M\d+ \d+l[\d -]+z)+$/)]);
    }
    const [x, y] = positionOf('FR')!;
    const starts = [...OUTLINES['FR']!.matchAll(/M(\d+) (\d+)/g)].map(([, left, top]) => [Number(left), Number(top)] as const);
    expect(Math.min(...starts.map(([left, top]) => Math.hypot(left - x, top - y)))).toBeLessThan(60);
  });
});

describe('mapView()', () => {
  it('shows home and destination, and whether that is outside', () => {
    const everywhere = { entry: ['US'], processing: ['US'], storage: ['US', 'CA'] };
    const outside = mapView({ home: ['DE', 'FR'], ...everywhere });
    expect(outside).toMatchObject({ isOutside: true, isAnywhere: false });
    expect([...outside.destinations]).toEqual(['US', 'CA']);
    expect(mapView({ home: ['US', 'CA', 'MX'], ...everywhere }).isOutside).toBe(false);
    expect(mapView(everywhere).isOutside).toBe(true);
  });

  it('takes what is not known of one place for anywhere, whatever is known of the others', () => {
    const part = mapView({ home: ['DE'], entry: ['DE'], processing: ['DE'] });
    expect(part).toMatchObject({ isAnywhere: true, isOutside: true, box: { x: 0, y: 0, ...SIZE } });
  });

  it('looks closer where all is near, and never beyond the map or at another shape', () => {
    const near = mapView({ home: ['DE'], entry: ['FR'], processing: ['FR'], storage: ['FR'] }).box;
    expect(near.width).toBeLessThan(SIZE.width / 3);
    const some = fc.uniqueArray(fc.constantFrom(...COUNTRY_CODES, 'ZZ'), { maxLength: 5 });
    const places = fc.record({ home: some, entry: some, processing: some, storage: some }, { requiredKeys: [] });
    fc.assert(
      fc.property(places, (countries) => {
        const { x, y, width, height } = mapView(countries).box;
        expect(width / height).toBeCloseTo(SIZE.width / SIZE.height);
        for (const edge of [x, y, SIZE.width - x - width, SIZE.height - y - height]) expect(edge).toBeGreaterThan(-0.001);
      }),
    );
  });
});
