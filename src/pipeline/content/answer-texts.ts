import { chainTexts, maskingTexts, restoringTexts, type TextFilters } from '../../transform/masking/text-filters.ts';
import { scrubbingTexts } from '../../transform/scrubbing/scrubbing-texts.ts';
import type { ExchangeMasking } from './exchange-masking.ts';

/**
 * What the texts of an answer go through on their way to the agent; undefined where they stay as they are.
 * @param onForeign told of tokens that another destination was sent
 */
export function answerTexts({ response, tokens, scrubbing }: ExchangeMasking, onForeign: () => void): TextFilters | undefined {
  const ofContent = response?.masking.of('content');
  const [first, ...others] = [
    ...(scrubbing === undefined ? [] : [scrubbingTexts(scrubbing.patterns, scrubbing.onFound)]),
    ...(ofContent === undefined ? [] : [maskingTexts(ofContent)]),
    ...(tokens === undefined ? [] : [restoringTexts({ tokens, onForeign })]),
  ];
  return first === undefined ? undefined : chainTexts([first, ...others]);
}
