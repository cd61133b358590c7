import { decodePunycode } from './punycode.ts';

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
const LOOKS_LATIN = /^[аеорсухіјѕһԁԛԝӏɡοναικρτυωѵеүո\d-]+$/u;

/** What an approver should know about a host that stands for letters beyond ASCII; empty for one that does not. */
export function hostWarnings(origin: string): string[] {
  const host = origin.replace(/^[a-z]+:\/\//, '').replace(/:\d+$/, '');
  return host.split('.').flatMap(labelWarnings);
}

function labelWarnings(label: string): string[] {
  if (!label.startsWith('xn--')) return [];
  const letters = decodePunycode(label.slice(4));
  if (letters === undefined) return [`${label} is no valid international name`];
  const scripts = scriptsOf(letters);
  const stands = `${label} stands for “${letters}”`;
  if (scripts.length > 1) return [`${stands}, which mixes ${scripts.join(' and ')} letters: it may imitate another name`];
  if (LOOKS_LATIN.test(letters))
    return [`${stands}, whose ${scripts.join()} letters look like Latin ones: it may imitate another name`];
  return [`${stands} (${scripts.join() || 'signs'})`];
}

function scriptsOf(letters: string): string[] {
  const named = SCRIPTS.filter(([, script]) => script.test(letters)).map(([name]) => name);
  const hasOther = Array.from(letters).some(
    (letter) => /\p{L}/u.test(letter) && !SCRIPTS.some(([, script]) => script.test(letter)),
  );
  return hasOther ? [...named, 'other'] : named;
}
