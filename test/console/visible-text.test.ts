import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleRuns, visibleText } from '../../src/console/text/visible-text.ts';

/** What must never reach the page: UTS #39 §5.4 and the bidirectional controls of UAX #9. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u;

describe('visibleText()', () => {
  it.each([
    ['right-to-left override', 'invoice\u202Efdp.exe', 'invoice⟨U+202E⟩fdp.exe'],
    ['isolates', '\u2066a\u2069', '⟨U+2066⟩a⟨U+2069⟩'],
    ['a zero-width space', 'pay\u200Bpal', 'pay⟨U+200B⟩pal'],
    ['a soft hyphen', 'a\u00ADb', 'a⟨U+00AD⟩b'],
    ['a no-break space', 'a\u00A0b', 'a⟨U+00A0⟩b'],
    ['a Hangul filler', 'a\u3164b', 'a⟨U+3164⟩b'],
    ['a blank of Braille', 'a\u2800b', 'a⟨U+2800⟩b'],
    ['a note without a head', 'a\u{1D159}b', 'a⟨U+1D159⟩b'],
    ['a tag character', 'a\u{E0041}b', 'a⟨U+E0041⟩b'],
    ['a variation selector', 'a\uFE0Fb', 'a⟨U+FE0F⟩b'],
    ['a lone surrogate', 'a\uD800b', 'a⟨U+D800⟩b'],
    ['an escape of a terminal', '\u001B[2J', '⟨U+001B⟩[2J'],
    ['a line separator', 'a\u2028b', 'a⟨U+2028⟩b'],
    ['the fourth mark on a letter', 'a\u0301\u0302\u0303\u0304', 'a\u0301\u0302\u0303⟨U+0304⟩'],
  ])('writes out %s', (_what, text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  it('leaves what people write as it is', () => {
    const text = 'Zoë pays 3 € to Ørsted, Ελλάδα, שלום, 東京 🙂';
    expect(visibleRuns(text)).toEqual([{ text }]);
  });

  it('lets nothing hidden through, whatever the text, and loses nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const runs = visibleRuns(text);
        expect(runs.map((run) => run.text).join('')).not.toMatch(HIDDEN);
        const back = runs.map((run) =>
          run.hidden === undefined ? run.text : String.fromCodePoint(Number.parseInt(run.text.slice(2), 16)),
        );
        expect(back.join('')).toBe(text);
      }),
    );
  });

  it('keeps line ends and tabs where they are layout', () => {
    expect(visibleRuns('a\r\n\tb\u0000', true).map(({ text }) => text)).toEqual(['a\n\tb', 'U+0000']);
    expect(visibleText('a\nb')).toBe('a⟨U+000A⟩b');
  });
});
