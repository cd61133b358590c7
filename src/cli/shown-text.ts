import { escapeDeceptive } from '../wire/quote.ts';

/** A stranger's text on one line: nothing in it moves the cursor, turns the direction of writing, or hides. */
export function shownText(text: string): string {
  return escapeDeceptive(text);
}

/** A stranger's text over several lines, each of them safe. */
export function shownLines(text: string): string[] {
  return text.split(/\r?\n/).map(escapeDeceptive);
}

/** A stranger's text on one line of this length at most; what is left out is at its end. */
export function shownBriefly(text: string, length: number): string {
  const shown = escapeDeceptive(text);
  return shown.length <= length ? shown : `${shown.slice(0, length - 1)}…`;
}

/** JSON as a terminal can show it: the same value. */
export function shownJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).split('\n').map(escapeDeceptive).join('\n');
}
