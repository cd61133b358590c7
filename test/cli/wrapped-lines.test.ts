import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BAR, wrappedLines } from '../../src/cli/wrapped-lines.ts';

/** As a terminal breaks what is too long for it, with every character that may be wide taken as such. */
function rowsOnTerminal(line: string, width: number): number {
  const cells = Array.from(line).reduce((sum, character) => sum + ((character.codePointAt(0) ?? 0) < 0x1100 ? 1 : 2), 0);
  return Math.max(1, Math.ceil(cells / width));
}

describe('wrappedLines()', () => {
  it('leaves nothing for a terminal to break, and nothing out', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 300 }).filter((text) => !text.includes('\n'));
    fc.assert(
      fc.property(texts, fc.integer({ min: 20, max: 120 }), fc.boolean(), (text, width, isStrange) => {
        const line = isStrange ? BAR + text : text;
        const rows = wrappedLines([line], width);
        expect(rows.filter((row) => rowsOnTerminal(row, width) > 1)).toEqual([]);
        expect(rows.map((row, index) => (index === 0 ? row : row.slice(isStrange ? 5 : 8))).join('')).toBe(line);
      }),
    );
  });

  it('a row that goes on begins like none of ours, whatever stands in it', () => {
    const forged = `${' '.repeat(75)}PENDING 0199\n`.trimEnd();
    expect(wrappedLines([`${BAR}${forged}`], 80)).toEqual([`${BAR}${' '.repeat(75)}`, '  :  PENDING 0199']);
    expect(wrappedLines([`  because  ${'x'.repeat(69)}PENDING 0199`], 80)[1]).toBe('        PENDING 0199');
  });

  it('takes the width of a usual terminal where nobody tells another', () => {
    expect(wrappedLines(['x'.repeat(81)])).toEqual(['x'.repeat(80), '        x']);
  });
});
