/** Before each line of a stranger's text that has several. */
export const BAR = '  |  ';
/** Where such a line goes on. */
const GOES_ON = '  :  ';
/** Deeper than anything of ours begins. */
const DEEP = ' '.repeat(8);
/** Of a pager, whose width nobody tells. */
const USUAL_WIDTH = 80;
const LEAST_WIDTH = 20;

/**
 * Lines none of which a terminal breaks by itself: what it puts on the next row would begin where lines of ours begin, and look
 * like one of them.
 *
 * @param width cells in a row
 */
export function wrappedLines(lines: readonly string[], width: number = USUAL_WIDTH): string[] {
  return lines.flatMap((line) => wrapped(line, Math.max(width, LEAST_WIDTH)));
}

function wrapped(line: string, width: number): string[] {
  const rows: string[] = [];
  const goesOn = line.startsWith(BAR) ? GOES_ON : DEEP;
  let row = '';
  let cells = 0;
  for (const character of line) {
    const wide = cellsOf(character);
    if (cells + wide > width) {
      rows.push(row);
      row = goesOn;
      cells = goesOn.length;
    }
    row += character;
    cells += wide;
  }
  return [...rows, row];
}

/** Never less than a terminal takes: from Hangul on all count as wide (UAX #11), and marks, which take none, as one. */
function cellsOf(character: string): number {
  return (character.codePointAt(0) ?? 0) < 0x1100 ? 1 : 2;
}
