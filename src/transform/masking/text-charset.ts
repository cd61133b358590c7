import { classifyCharset } from '../../masking/media/charset/classify-charset.ts';
import { parseMediaType } from '../../masking/media/media-type.ts';
import type { Mislabelled } from '../content/text-step.ts';

/** What is made of NUL bytes in text: of UTF-16 they are a part, in anything else they tell that it is none. */
export function nulStance(contentType: string | undefined): Mislabelled {
  const charset = contentType === undefined ? undefined : parseMediaType(contentType)?.parameters.get('charset');
  return charset !== undefined && classifyCharset(charset).startsWith('utf-16') ? 'pass' : 'refuse';
}
