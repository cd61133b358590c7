import { Random } from '../../masking/random.ts';
import { chatBody, message, usualMessage } from '../../masking/texts/chat.ts';
import { frequentValue } from '../../masking/values/frequent.ts';

/** About this much of text has one value in it, where there are any. */
const BYTES_PER_VALUE = 2048;

const encoder = new TextEncoder();

interface ChatOptions {
  readonly withValues: boolean;
  /** Numbers that mislead in most sentences, as in the corpus of recall and precision. */
  readonly isHard?: boolean;
}

/** Chat bodies one after another, so many bytes of them. */
export function chatBytes(length: number, { withValues, isHard = false }: ChatOptions): Uint8Array {
  const random = new Random(withValues ? 12 : 11);
  const parts: string[] = [];
  let size = 0;
  let planted = 0;
  const make = (): string => {
    let text = isHard ? message(random) : usualMessage(random);
    size += text.length;
    const values = withValues ? size / BYTES_PER_VALUE : 0;
    for (; planted < values; planted++) text += ` ${frequentValue(random)} `;
    return text;
  };
  for (let total = 0; total < length; total += parts.at(-1)!.length) parts.push(chatBody(random, make));
  return encoder.encode(parts.join('\n')).slice(0, length);
}

/** Bodies of about a kilobyte each, whole. */
export function smallBodies(count: number, { withValues }: { readonly withValues: boolean }): readonly Uint8Array[] {
  const random = new Random(withValues ? 14 : 13);
  return random.several(count, () => {
    let content = '';
    while (content.length < 900) content += `${usualMessage(random)}\n`;
    content = content.slice(0, 900);
    if (withValues && random.chance(0.5)) content += ` ${frequentValue(random)}`;
    return encoder.encode(JSON.stringify({ model: 'gpt-5', stream: true, messages: [{ role: 'user', content }] }));
  });
}
