import { labelOf, spellDigits, spellSymbols, type TokenKind } from '../../core/vault/vault-token.ts';

/** 75 bits: no two values of any data set meet by chance. */
const HASH_SYMBOLS = 16;
/** Below 2^53, so that no reader of JSON rounds it. */
const HASH_DIGITS = 15;

export interface HashedValue {
  readonly entity: string;
  readonly text: string;
  readonly kind: TokenKind;
  /** Secrets have one spelling: they are hashed as they stand. */
  readonly isSecret: boolean;
}

/**
 * `EMAIL_HASH_k7v2x9rtm4bcq3wd`: the same for every spelling of a value, and for no other entity.
 * @param hash keyed; at least 32 bytes
 */
export function hashText(value: HashedValue, hash: (text: string) => Uint8Array): string {
  const { entity, text, kind, isSecret } = value;
  // No id of an entity has a space in it.
  const digest = hash(`${entity} ${isSecret ? text : normalise(entity, text)}`);
  if (kind === 'number') return spellDigits(digest, HASH_DIGITS);
  return `${labelOf(entity)}_HASH_${spellSymbols(digest, HASH_SYMBOLS)}`;
}

/** Here separators are part of the value: `1.11.0.1` is not `11.1.0.1`. */
const WITH_SEPARATORS: ReadonlySet<string> = new Set(['email', 'ip-address']);

/** Two small numbers and a year, in either order. */
const DATE = /^(?:\d{1,2}[-./ ]\d{1,2}[-./ ]\d{4}|\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2})$/;

/** One spelling for all in which people write the same value; look-alikes such as full-width digits are folded. */
function normalise(entity: string, text: string): string {
  const folded = text.normalize('NFKC').replaceAll(/\p{Cf}/gu, '');
  if (WITH_SEPARATORS.has(entity)) return folded.toLowerCase();
  // Without its zeros, 1.11.1990 would be 11.1.1990 once the separators are gone.
  const padded = DATE.test(folded) ? folded.replaceAll(/\b\d\b/g, '0$&') : folded;
  const bare = padded.replaceAll(/[^\p{L}\p{N}]/gu, '').toUpperCase();
  return bare === '' ? folded : bare;
}
