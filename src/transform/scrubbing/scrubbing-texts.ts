import type { TextFilters } from '../masking/text-filters.ts';
import { SecretScrubber, type SecretPatterns } from './secret-scrubber.ts';

/** Takes secrets out of the texts that a message is made of: also where one is spread over events of a stream. */
export function scrubbingTexts(patterns: SecretPatterns, onFound: () => void): TextFilters {
  const open = (): SecretScrubber => new SecretScrubber(patterns, onFound);
  return { value: open, json: open };
}
