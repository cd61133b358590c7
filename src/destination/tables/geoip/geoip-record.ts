import { parseCountryCode, type CountryCode } from '../../../core/place/country.ts';

/** What a record of a country database says, whoever built it. */
export interface GeoipRecord {
  /** Where the address is said to be; absent when the record does not say, or says a pseudo-code (EU, AP, A1, ZZ …). */
  readonly country?: CountryCode;
  /** The pseudo-code, or the country of registration, which is not where the machine is. For explanations only. */
  readonly instead?: string;
  readonly anycast: boolean;
}

/**
 * Reads the record shapes that are in use: `country_code` (ip-location-db, IPinfo Lite), `country.iso_code` with
 * `registered_country` and `traits.is_anycast` (MaxMind, DB-IP), `country` as text (IPinfo, older).
 */
export function readGeoipRecord(record: unknown): GeoipRecord {
  if (!isObject(record)) return { anycast: false };
  const { country } = record;
  const traits = record['traits'];
  const anycast = (isObject(traits) && traits['is_anycast'] === true) || record['is_anycast'] === true;
  const located = record['country_code'] ?? (isObject(country) ? country['iso_code'] : country);
  if (typeof located === 'string' && located !== '') {
    const code = parseCountryCode(located);
    return code === undefined ? { anycast, instead: located.slice(0, 8) } : { anycast, country: code };
  }
  const registered = record['registered_country'];
  const code = isObject(registered) ? registered['iso_code'] : undefined;
  return typeof code === 'string' ? { anycast, instead: `registered in ${code.slice(0, 8)}` } : { anycast };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
