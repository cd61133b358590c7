import type { CountrySet } from './country-set.ts';

/** A named set of countries as shipped: dated data with its source. */
export interface Jurisdiction {
  /** What a policy writes: `eu`. */
  readonly id: string;
  readonly countries: CountrySet;
  /** `YYYY-MM-DD` */
  readonly asOf: string;
  readonly source: string;
  /** What the set leaves out, and whether it was checked: `unverified: …`. */
  readonly note?: string;
  /** For sets that have an adequacy mechanism: the set whose members are adequate for it (`eu` and `eea` → `eu-adequate`). */
  readonly adequacy?: string;
}
