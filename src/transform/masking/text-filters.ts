import type { Masking } from '../../masking/masker.ts';
import { toBytes } from '../../masking/media/bytes/text-bytes.ts';
import { openMasker } from '../../masking/open-masker.ts';
import { Restorer, type RestorerOptions } from '../../masking/restoring/restorer.ts';
import type { TextFilter } from '../../masking/text-filter.ts';
import { chain } from '../../masking/chain.ts';

/** Makes the filters for the texts that a message is made of. */
export interface TextFilters {
  /**
   * For a text as its receiver comes to read it, whatever its spelling was.
   * @param name of the field whose value it is; empty where there is none
   */
  value(name: string): TextFilter;
  /** For JSON as it is written, escapes and all. */
  json(): TextFilter;
}

/** Replaces what is found. */
export function maskingTexts(masking: Masking): TextFilters {
  return {
    value: (name) => openMasker(masking, name === '' ? undefined : toBytes(name)),
    json: () => openMasker(masking),
  };
}

/** Puts values back where their tokens stand. */
export function restoringTexts(options: Omit<RestorerOptions, 'escape'>): TextFilters {
  return {
    value: () => new Restorer({ ...options, escape: 'none' }),
    json: () => new Restorer({ ...options, escape: 'json' }),
  };
}

/**
 * First the one, then the other. What was restored must not be masked again, so masking comes first.
 * @param all at least one
 */
export function chainTexts(all: readonly [TextFilters, ...TextFilters[]]): TextFilters {
  return all.reduce((first, second) => ({
    value: (name) => chain(first.value(name), second.value(name)),
    json: () => chain(first.json(), second.json()),
  }));
}
