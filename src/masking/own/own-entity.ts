/** A kind of value that the policy declares itself (contract §4.2 `entities`). */
export interface OwnEntity {
  /** As masks and content conditions name it; never that of a built-in entity or group. */
  readonly id: string;
  /** A regular expression (ECMAScript, flag u) that `findNonlinear()` has nothing against. */
  readonly pattern: string;
  /** A name of `OWN_CHECKSUMS`; absent: the pattern is all there is. */
  readonly checksum?: string;
  /** Words of which one must stand before a match, lower-case; empty: none has to. */
  readonly context: readonly string[];
  /** Characters of the longest match. */
  readonly max: number;
}
