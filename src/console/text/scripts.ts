/** Scripts that host names are written in most; all others count as one. */
const SCRIPTS: readonly (readonly [name: string, letters: RegExp])[] = [
  ['Latin', /\p{Script=Latin}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Armenian', /\p{Script=Armenian}/u],
  ['Hebrew', /\p{Script=Hebrew}/u],
  ['Arabic', /\p{Script=Arabic}/u],
  ['Cherokee', /\p{Script=Cherokee}/u],
  ['Han', /\p{Script=Han}/u],
  ['Japanese', /\p{Script=Hiragana}|\p{Script=Katakana}/u],
  ['Hangul', /\p{Script=Hangul}/u],
];

/** Letters of other scripts that are drawn like Latin ones (a part of UTS #39 confusables: those a whole word can be made of). */
const LOOKS_LATIN = /^[аеорсухіјѕһԁԛԝӏɡοναικρτυωѵեүո\d-]+$/u;

/** Names of the scripts that a text has letters of. */
export function scriptsOf(text: string): string[] {
  const named = SCRIPTS.filter(([, script]) => script.test(text)).map(([name]) => name);
  const hasOther = Array.from(text).some(
    (letter) => /\p{L}/u.test(letter) && !SCRIPTS.some(([, script]) => script.test(letter)),
  );
  return hasOther ? [...named, 'other'] : named;
}

/** Whether every letter of a word belongs to another script than Latin, and is drawn like a Latin one. */
export function looksLatin(word: string): boolean {
  return LOOKS_LATIN.test(word) && /\p{L}/u.test(word);
}
