import { chain } from './chain.ts';
import { Masker, type Masking } from './masker.ts';
import { OwnMasker } from './own/own-masker.ts';
import type { TextFilter } from './text-filter.ts';

/**
 * The masker of one text.
 * @param fieldName in UTF-8, where the text is the value of a field: the name speaks for all of it
 */
export function openMasker(masking: Masking, fieldName?: Uint8Array): TextFilter {
  const masker = fieldName === undefined ? new Masker(masking) : Masker.forField(masking, fieldName);
  const { own } = masking.detection;
  if (own === undefined) return masker;
  const first = new OwnMasker(own, masking.replacer, masking.findings);
  if (fieldName !== undefined) first.nameField(fieldName);
  return chain(first, masker);
}
