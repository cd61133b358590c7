/** A run of text: as it is, or a character that would not be seen for what it is. */
export interface TextRun {
  readonly text: string;
  /** Why the character is written out; absent for a plain run. */
  readonly hidden?: string;
}

/**
 * Characters that show nothing, look like an ordinary space, or turn the direction of what follows (Trojan Source,
 * CVE-2021-42574; UTS #39 §5.4): controls, formats, private and unassigned ones, lone surrogates, separators, every space but
 * U+0020, and the blanks of Braille and of music. Line ends and tabs are layout.
 */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]|(?! )\p{Zs}|(?<=\p{M}{3})\p{M}/u;
const ALL_UNSEEN = new RegExp(UNSEEN, 'gu');

const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const LAYOUT: ReadonlySet<string> = new Set(['\n', '\t']);

/**
 * A text of somebody else in runs: nothing in it is invisible, and nothing changes the direction of the rest.
 * @param layout whether line ends and tabs stay what they are
 */
export function visibleRuns(text: string, layout = false): TextRun[] {
  const runs: TextRun[] = [];
  let from = 0;
  const shown = layout ? text.replaceAll('\r\n', '\n') : text;
  for (const { 0: found, index } of shown.matchAll(ALL_UNSEEN)) {
    if (layout && LAYOUT.has(found)) continue;
    if (index > from) runs.push({ text: shown.slice(from, index) });
    runs.push({ text: codePointText(found), hidden: whyHidden(found) });
    from = index + found.length;
  }
  if (from < shown.length) runs.push({ text: shown.slice(from) });
  return runs;
}

/** The same as one string, for where there can be no marks: titles, labels, announcements. */
export function visibleText(text: string): string {
  return visibleRuns(text)
    .map((run) => (run.hidden === undefined ? run.text : `⟨${run.text}⟩`))
    .join('');
}

function codePointText(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function whyHidden(character: string): string {
  if (DIRECTION.test(character)) return 'a character that changes the direction of text';
  if (/\p{Zs}|[\u2800\u{1d159}]/u.test(character)) return 'a character that looks like a space and is none';
  if (/\p{M}/u.test(character)) return 'a mark on a mark on a mark';
  if (/\p{Cc}|\p{Zl}|\p{Zp}/u.test(character)) return 'a control character';
  return 'a character that cannot be seen';
}
