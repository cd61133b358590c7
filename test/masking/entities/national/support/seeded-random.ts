/** Numbers from 0 to `below - 1`, the same on every run. */
export type Random = (below: number) => number;

/** A source of random numbers (mulberry32) from a seed. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A random text of the form; what stands for itself stays. */
export function fill(form: string, random: Random): string {
  let text = '';
  for (const character of form) {
    const alphabet = alphabetOf(character);
    text += alphabet === undefined ? character : alphabet.charAt(random(alphabet.length));
  }
  return text;
}

/** The same text with one of the characters that the form leaves open replaced by another of its kind. */
export function mutate(form: string, text: string, random: Random): string {
  const open = Array.from(form, (character, index) => ({ alphabet: alphabetOf(character), index })).filter(
    (place) => place.alphabet !== undefined,
  );
  const place = open[random(open.length)]!;
  const others = place.alphabet!.replace(text.charAt(place.index), '');
  return text.slice(0, place.index) + others.charAt(random(others.length)) + text.slice(place.index + 1);
}

function alphabetOf(character: string): string | undefined {
  if (character === '#') return DIGITS;
  if (character === '@' || character === '^') return LETTERS;
  return character === '*' || character === '&' ? DIGITS + LETTERS : undefined;
}
