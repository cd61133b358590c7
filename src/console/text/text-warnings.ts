import { labelWarnings } from './host-warnings.ts';
import { looksLatin, scriptsOf } from './scripts.ts';

/** Longer words of two scripts are no units or formulas. */
const WORD = /[\p{L}\p{M}]{3,}/gu;
const NOT_IN_NAMES = /[^\p{L}\p{M}\p{N}.-]+/u;
/** Scripts with letters that are drawn like those of another one of them. */
const ALIKE: ReadonlySet<string> = new Set(['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Cherokee']);
/** Letters that are another spelling of Latin ones: of formulas, of full width, and like letters (UAX #15, compatibility). */
const SPELLED_ANEW = /[\u{1d400}-\u{1d7ff}\uff21-\uff3a\uff41-\uff5a\u2100-\u214f]/u;
/** Words that are named. */
const MOST = 5;

/** What an approver should know about words of a text that may be read as others; empty for nearly every text. */
export function textWarnings(text: string): string[] {
  const found = new Set([...namesIn(text), ...wordsIn(text)]);
  const warnings = [...found].slice(0, MOST);
  return found.size > MOST ? [...warnings, `…and ${found.size - MOST} more of this kind`] : warnings;
}

function wordsIn(text: string): string[] {
  return [...text.matchAll(WORD)].flatMap(([word]) => {
    if (SPELLED_ANEW.test(word)) {
      return [`“${word}” is written with signs that stand for “${word.normalize('NFKC')}”: it may imitate that word`];
    }
    const scripts = scriptsOf(word).filter((script) => ALIKE.has(script));
    return scripts.length < 2 ? [] : [`“${word}” mixes ${scripts.join(' and ')} letters: it may imitate another word`];
  });
}

function namesIn(text: string): string[] {
  const names = text.split(NOT_IN_NAMES).filter((word) => word.includes('.'));
  return names.flatMap((name) =>
    name.split('.').flatMap((label) => {
      if (label.startsWith('xn--')) return labelWarnings(label);
      return looksLatin(label.toLowerCase())
        ? [
            `“${label}” in “${name}” has ${scriptsOf(label).join()} letters that look like Latin ones: it may imitate another name`,
          ]
        : [];
    }),
  );
}
