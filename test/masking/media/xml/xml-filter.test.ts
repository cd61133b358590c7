import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { XmlFilter } from '../../../../src/masking/media/xml/xml-filter.ts';
import { UnreadableContent } from '../../../../src/masking/unreadable.ts';
import {
  DigitRuns,
  Untouched,
  WordSwap,
  bytesOf,
  cuts,
  everyByte,
  filtered,
  latin1Of,
  sameForEveryCut,
  textOf,
} from '../trivial-filters.ts';

const digits = (): XmlFilter => new XmlFilter(() => new DigitRuns());
const run = (text: string, make = digits): string => textOf(filtered(make(), bytesOf(text)));

const PIECES =
  `<a>|</a>|<b c="1" d='2>'/>|<b c="44444&#52;">|<!-- 44444 -->|<!---->|<!-->|<![CDATA[44444]]>|<?x 44444?>|<!DOCTYPE html>|` +
  `<|>|"|'|&amp;|&#64;|&#x34;|&#52|&eacute;|&|44444|4|é|<!|<?|]]>|-->|<a| |=`;
const piece = fc.constantFrom(...PIECES.split('|'));
const markup = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

describe('XmlFilter', () => {
  it('copies every byte where nothing changes, however it is cut', () => {
    fc.assert(
      fc.property(markup, cuts(), (text, at) => {
        const input = bytesOf(text);
        for (const some of [at, everyByte(input)]) {
          expect(textOf(filtered(new XmlFilter(() => new Untouched()), input, some))).toBe(text);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same output for every way of cutting, and lets no value through', () => {
    fc.assert(
      fc.property(markup, cuts(), (text, at) => {
        expect(sameForEveryCut(digits, bytesOf(text), at)).toBe(true);
        expect(run(text)).not.toMatch(/\d{4}/);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['<a b="44444">44444</a>', '<a b="#">#</a>'],
    ['<a>n 4&#52;&#x34;4 &#233; &eacute;&amp;</a>', '<a>n # &#233; &eacute;&amp;</a>'],
    ['<a b=\'&#052;444\' c="x&quot;">é &lt; 1</a>', '<a b=\'#\' c="x&quot;">é &lt; 1</a>'],
    ['<!-- 44444 --><![CDATA[ <44444> ]]><?x 44444?>', '<!-- # --><![CDATA[ <#> ]]><?x #?>'],
    ['<a 44444=1 b=44444>', '<a #=1 b=#>'],
    ['<script>if (a<b && c=="44444") d()</script>', '<script>if (a<b && c=="#") d()</script>'],
    ['44444 < 55555', '# < #'],
    ['<a title="44444', '<a title="#'],
    ['<!-->44&#52;4', '<!-->#'],
  ])('filters %s', (text, expected) => {
    expect(run(text)).toBe(expected);
  });

  it('finds values spelled with references, and spells anew what it puts in', () => {
    const make = (): XmlFilter => new XmlFilter(() => new WordSwap('a@b.com', `"<&'>`));
    const expected = '&quot;&lt;&amp;&#39;&gt;';
    for (const text of ['a@b.com', 'a&#64;b.com', 'a&#x00040;b.com', '&#97;&commat;b&period;com']) {
      expect(run(`<x y="&amp;${text}">&lt;${text}&gt;</x>`, make)).toBe(`<x y="&amp;${expected}">&lt;${expected}&gt;</x>`);
    }
  });

  it('tells the name of the element or attribute', () => {
    const asked: string[] = [];
    const text = '1<a:b><größe ID = "2"/>3<br>4<c>5</c>6</a:b>7<![CDATA[8]]>';
    const make = (): XmlFilter =>
      new XmlFilter((name) => {
        asked.push(name);
        return new Untouched();
      });
    expect(run(text, make)).toBe(text);
    expect(asked.filter((name) => name !== '')).toEqual(['ID', 'a:b', 'a:b', 'c', 'a:b']);
    const element: string[] = [];
    run('<größe>1</größe>', () => new XmlFilter((name) => (element.push(name), new Untouched())));
    expect(element).toContain('größe');
  });

  it('keeps bytes of other charsets', () => {
    const input = Uint8Array.of(...bytesOf('<a>'), 0xe9, 0x20, ...bytesOf('44&#52;4</a>'));
    expect(latin1Of(filtered(digits(), input))).toBe('<a>\u{e9} #</a>');
  });

  it.each([
    '<!DOCTYPE a [<!ENTITY x "44">]><a>44&x;</a>',
    '<!doctype a SYSTEM "x[" [ ]>',
    '<?xml version="1.0" encoding="UTF-7"?><a/>',
    `<a>${'b'.repeat(4 * 1024 * 1024 + 1)}`,
  ])('refuses %.60s', (text) => {
    expect(() => run(text)).toThrow(UnreadableContent);
  });

  it('reads document types and declarations without an internal subset', () => {
    for (const text of ['<!DOCTYPE html PUBLIC "x[">', '<![if IE]><p>', '<?xml version="1.0" encoding="utf-8"?>']) {
      expect(run(text)).toBe(text);
    }
  });

  it.each([
    '<a '.repeat(100_000),
    `<a ${'b='.repeat(100_000)}>`,
    '<!'.repeat(100_000),
    '&'.repeat(200_000),
    `<a ${'b'.repeat(300_000)}="1">`,
  ])('stays quick on %.20s…', (text) => {
    expect(run(text)).toBe(text);
  });
});
