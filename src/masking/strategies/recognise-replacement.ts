import { FOUR_SYMBOLS } from '../../core/vault/vault-token.ts';
import { decodeText } from '../media/bytes/text-bytes.ts';

/** Longer ones are not made: labels of entities are short. */
const LONGEST = 128;

const LABEL = '[A-Z][A-Z0-9_]*';

const REPLACEMENT = new RegExp(
  [
    `^REDACTED_${LABEL}$`,
    `^${LABEL}_(?:${FOUR_SYMBOLS}){3}$`,
    `^${LABEL}_HASH_(?:${FOUR_SYMBOLS}){4}$`,
    `^[A-Za-z0-9_]{0,40}\\*{4}[A-Za-z0-9]{0,4}$`,
    `^[A-Za-z0-9]?\\*{3}_at_\\*{3}(?:_[A-Za-z]{1,63})?$`,
  ].join('|'),
);

/**
 * Whether a value has the form of a replacement. Where the name of a field alone makes its value one (`password`), this keeps
 * what was masked from being masked again.
 */
export function isReplacement(value: Uint8Array): boolean {
  return value.length <= LONGEST && REPLACEMENT.test(decodeText(value));
}
