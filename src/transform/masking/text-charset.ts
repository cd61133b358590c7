import { classifyCharset } from '../../masking/media/charset/classify-charset.ts';
import { parseMediaType } from '../../masking/media/media-type.ts';

/** Whether NUL bytes may be a part of text: of UTF-16 they are, in anything else they tell that it is none. */
export function mayHoldNul(contentType: string | undefined): boolean {
  const charset = contentType === undefined ? undefined : parseMediaType(contentType)?.parameters.get('charset');
  return charset !== undefined && classifyCharset(charset).startsWith('utf-16');
}
