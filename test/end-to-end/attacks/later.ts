/** A case of the catalogue of attacks that a later issue brings the machinery for. */
export interface LaterCase {
  readonly id: string;
  readonly issue: 3 | 4 | 5 | 6 | 7;
  /** What is missing until then, and what happens instead. */
  readonly because: string;
}

/** Cases of the groups of this folder that cannot be tried yet. `catalogue.test.ts` holds it against the tests. */
export const LATER_CASES: readonly LaterCase[] = [];

/** Every id of the groups that are tried against the running gateway. A group and its numbers. */
export const CATALOGUE: Readonly<{ [group: string]: string }> = {
  ADDR: '01 02 03 04 05 06 07 09 10 11 12 14 15 16 18 20',
  DNS: '02 03 04 05 06 07 08 09 12 13 14 15',
  NAME: '02 03 04 05 06 08 09 10 12 13 14',
  TLS: '02 03 04 05 07 08 09 10 11 12 13 15 17 18 19 20 21',
  H1: '01 02 03 04 05 06 07 09 11 13 14 15 17 18 19 20 21',
  HDR: '01 02 03 04 06 08',
  TUN: '01 02 03 04 06 07 08 09 10 11 14',
  RES: '01 02 04 05 06 08 09',
  POL: '01 02 03 04 05 06 07 10 11 12 13 14 15 17',
  BODY: '01 02 03 04 05 06 07 08 09 12 13 14 15 18 19 20 21',
  CRED: '01 02 03 05 06 08 09',
  AUD: '01 02 03 05 06 08',
  ADM: '01 02 03 04 06 08',
  ESC: '01 02 04 05 06',
  APPR: '01 02 03 04 05 07 08 10 11 12 14',
};
