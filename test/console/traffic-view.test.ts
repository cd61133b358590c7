import { expect, it } from 'vitest';
import { trafficByCountry } from '../../src/console/map/traffic-view.ts';

it('counts by country what went there and what was kept from it, and apart what may have been anywhere', () => {
  const { countries, unplaced } = trafficByCountry([
    { countries: ['DE'], permit: 3, hold: 1, deny: 2 },
    // A region of a cloud, and a set of two.
    { countries: ['DE'], permit: 1, hold: 0, deny: 0 },
    { countries: ['FR', 'DE'], permit: 0, hold: 0, deny: 4 },
    { countries: [], permit: 5, hold: 1, deny: 1 },
    { countries: [], permit: 1, hold: 0, deny: 0 },
  ]);
  expect(Object.fromEntries(countries)).toEqual({ DE: { permit: 4, deny: 7 }, FR: { permit: 0, deny: 4 } });
  expect(unplaced).toEqual({ permit: 6, deny: 2 });
});
