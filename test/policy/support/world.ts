import type { CountryCode } from '../../../src/core/place/country.ts';
import { CountrySet } from '../../../src/core/place/country-set.ts';
import type { Jurisdiction } from '../../../src/core/place/jurisdiction.ts';
import type { WorldData } from '../../../src/policy/model.ts';

const EU = 'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK';
const ADEQUATE = 'AD AR BR CA CH FO GB GG IL IM JE JP KR NZ UY';

function jurisdiction(id: string, codes: string, adequacy?: string): [string, Jurisdiction] {
  const countries = CountrySet.of(codes.split(' ') as CountryCode[]);
  return [id, { id, countries, asOf: '2026-08-05', source: 'test', ...(adequacy !== undefined && { adequacy }) }];
}

/** A small world: enough sets and regions for policies under test. */
export const WORLD: WorldData = {
  jurisdictions: new Map([
    jurisdiction('eu', EU, 'eu-adequate'),
    jurisdiction('eea', `${EU} IS LI NO`, 'eu-adequate'),
    jurisdiction('eu-adequate', ADEQUATE),
    jurisdiction('efta', 'CH IS LI NO'),
    jurisdiction('uk', 'GB'),
    jurisdiction('us', 'US PR GU VI AS MP UM'),
    jurisdiction('ch', 'CH'),
  ]),
  regions: new Map([
    ['aws:eu-central-1', 'DE'],
    ['aws:eu-west-1', 'IE'],
    ['aws:us-east-1', 'US'],
    ['gcp:europe-west4', 'NL'],
  ]),
};
