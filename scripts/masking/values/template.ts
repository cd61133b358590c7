import type { Random } from '../random.ts';

/** A way to make values of a scheme. */
export interface Variant {
  /**
   * `#` a digit, `@` a capital, `*` either, `?` what German documents are numbered with; `yyyy`, `yy`, `mm` and `dd` are parts of
   * a date of birth; anything else stands for itself.
   */
  readonly template: string;
  /** Whether a filled template is a value; absent: every one is. */
  readonly isValid?: (text: string) => boolean;
}

const ALPHABETS: Readonly<Record<string, string>> = {
  '#': '0123456789',
  '@': 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  '*': '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  '?': '0123456789CFGHJKLMNPRTVWXYZ',
};
const MOST_TRIES = 200_000;

/** A valid value, by trying until there is one: whatever knows whether a value is valid needs not know how to make it so. */
export function makeValid(random: Random, { template, isValid }: Variant): string {
  for (let i = 0; i < MOST_TRIES; i++) {
    const text = filled(random, template);
    if (isValid?.(text) ?? true) return text;
  }
  throw new Error(`Nothing of the form ${template} is valid`);
}

function filled(random: Random, template: string): string {
  const two = (least: number, most: number): string => String(random.between(least, most)).padStart(2, '0');
  const dated = template
    .replace('yyyy', () => String(random.between(1930, 2005)))
    .replace('yy', () => two(30, 99))
    .replace('mm', () => two(1, 12))
    .replace('dd', () => two(1, 28));
  return dated.replaceAll(/[#@*?]/g, (character) => random.text(ALPHABETS[character]!, 1));
}
