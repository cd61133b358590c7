import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TranscodedFilter } from '../../../../src/masking/media/charset/transcoded-filter.ts';
import { UnreadableContent } from '../../../../src/masking/unreadable.ts';
import {
  DigitRuns,
  Untouched,
  WordSwap,
  bytesOf,
  concatenated,
  cuts,
  everyByte,
  filtered,
  sameForEveryCut,
  textOf,
} from '../trivial-filters.ts';

const utf16 = (text: string, isLittleEndian = true): Uint8Array => {
  const bytes = Uint8Array.from(Buffer.from(text, 'utf16le'));
  return isLittleEndian ? bytes : Uint8Array.from(Buffer.from(bytes).swap16());
};
const run = (charset: string | undefined, input: Uint8Array, inner = (): WordSwap | DigitRuns => new DigitRuns()): Uint8Array =>
  filtered(new TranscodedFilter(charset, inner()), input);

const anyText = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    fc.constantFrom('1', '5', 'x', '🙂'),
  ),
});
const charset = fc.constantFrom('utf-16le', 'UTF-16BE');

describe('TranscodedFilter', () => {
  it('copies every byte of UTF-16 where nothing changes, lone surrogates too, however it is cut (BODY-04)', () => {
    fc.assert(
      fc.property(anyText, charset, fc.boolean(), cuts(), (text, name, isMarked, at) => {
        const isLittleEndian = name === 'utf-16le';
        const input = utf16((isMarked ? '\u{feff}a' : 'a') + text, isLittleEndian);
        for (const some of [at, everyByte(input)]) {
          expect(filtered(new TranscodedFilter(name, new Untouched()), input, some)).toEqual(input);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('filters UTF-16 as the text that it is, by name or by byte order mark', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('1', 'é', '🙂', '一', '\0') }),
        charset,
        fc.boolean(),
        (text, name, isNamed) => {
          const isLittleEndian = name === 'utf-16le';
          const input = utf16(`\u{feff}a${text}`, isLittleEndian);
          const output = run(isNamed ? name : undefined, input);
          expect(output).toEqual(utf16(`\u{feff}a${text.replace(/\d{4,}/g, '#')}`, isLittleEndian));
          expect(sameForEveryCut(() => new TranscodedFilter('utf-16', new DigitRuns()), input)).toBe(true);
        },
      ),
    );
  });

  it('shows a filter whole characters, however they are cut', () => {
    const input = utf16('ab🙂c');
    const output = filtered(new TranscodedFilter('utf-16le', new WordSwap('🙂', '#')), input, everyByte(input));
    expect(output).toEqual(utf16('ab#c'));
  });

  it('writes what a filter puts in, whatever its characters', () => {
    expect(run('utf-16be', utf16('a key', false), () => new WordSwap('key', 'é🙂'))).toEqual(utf16('a é🙂', false));
  });

  it.each(['utf-8', 'UTF8', 'us-ascii', 'ISO-8859-1', 'iso-8859-15', 'latin1', 'windows-1252', 'koi8-r', undefined])(
    'filters %s as it stands',
    (name) => {
      const input = concatenated([bytesOf('n 44444 '), Uint8Array.of(0xe9)]);
      expect(run(name, input)).toEqual(concatenated([bytesOf('n # '), Uint8Array.of(0xe9)]));
    },
  );

  it('keeps the byte order mark of UTF-8, and text shorter than a mark', () => {
    expect(textOf(run('utf-8', bytesOf('\u{feff}44444')))).toBe('\u{feff}#');
    for (const text of ['', 'a', 'ab', 'abc']) expect(textOf(run(undefined, bytesOf(text)))).toBe(text);
  });

  it.each([
    'utf-7',
    'utf-32',
    'Shift_JIS',
    'gbk',
    'gb18030',
    'big5',
    'euc-kr',
    'iso-2022-jp',
    'IBM037',
    'ebcdic-cp-us',
    'hz-gb-2312',
    '',
    'unknown',
  ])('refuses %s and names it', (name) => {
    expect(() => new TranscodedFilter(name, new Untouched())).toThrow(`"${name}"`);
  });

  it.each<[string, string | undefined, Uint8Array]>([
    ['UTF-16 without its byte order', 'utf-16', utf16('abc')],
    ['UTF-16 that nobody declares', undefined, utf16('abc')],
    ['UTF-16 that is said to be UTF-8', 'utf-8', utf16('\u{feff}abc')],
    ['UTF-16 that is said to be the other one', 'utf-16be', utf16('\u{feff}abc')],
    ['UTF-8 that is said to be UTF-16', 'utf-16le', bytesOf('\u{feff}abcd')],
    ['UTF-32 by its mark', undefined, Uint8Array.of(0xff, 0xfe, 0, 0, 0x61, 0, 0, 0)],
    ['UTF-32 by its other mark', undefined, Uint8Array.of(0, 0, 0xfe, 0xff, 0, 0, 0, 0x61)],
    ['UTF-16 with half a unit', 'utf-16le', Uint8Array.of(0x61, 0, 0x61, 0, 0x61)],
    ['NUL bytes', 'utf-8', Uint8Array.of(0x61, 0x62, 0x63, 0x64, 0)],
  ])('refuses %s', (_, name, input) => {
    expect(() => run(name, input)).toThrow(UnreadableContent);
    expect(() => filtered(new TranscodedFilter(name, new DigitRuns()), input, everyByte(input))).toThrow(UnreadableContent);
  });
});
