import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeDeceptive, quote, withoutSecrets } from '../../src/wire/quote.ts';

describe('quote', () => {
  it.each([
    ['plain', '"plain"'],
    ['say "x"\\', '"say \\"x\\"\\\\"'],
    ['a\r\n\u001b[2J', '"a\\r\\n\\u001b[2J"'],
    ['\u202egnp', '"\\u202egnp"'],
    ['a\u200bb\u2028', '"a\\u200bb\\u2028"'],
    ['\u{e0041}', '"\\udb40\\udc41"'],
    ['bücher', '"bücher"'],
    ['a\u2800b\u{1d159}', '"a\\u2800b\\ud834\\udd59"'],
    [`a${'\u0301'.repeat(5)}`, `"a${'\u0301'.repeat(3)}\\u0301\\u0301"`],
  ])('quote() shows what cannot be seen (AUD-01): %j', (text, quoted) => {
    expect(quote(text)).toBe(quoted);
  });

  it('quote() cuts long text and says so', () => {
    expect(quote('x'.repeat(80))).toBe(`"${'x'.repeat(80)}"`);
    expect(quote('x'.repeat(81))).toBe(`"${'x'.repeat(80)}…"`);
  });
});

describe('escapeDeceptive', () => {
  it('escapeDeceptive() keeps the value of JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const json = JSON.stringify(value);
        expect(JSON.stringify(JSON.parse(escapeDeceptive(json)))).toBe(json);
      }),
    );
  });
});

describe('withoutSecrets()', () => {
  it.each([
    ['http://user:word@a.example/b', 'http://...@a.example/b'],
    ['http://a@b@c.example/', 'http://...@c.example/'],
    ['user:word@a.example:443', '...@a.example:443'],
    ['http://a.example/b@c?token=word#word', 'http://a.example/b@c'],
    ['http://a.example#word', 'http://a.example'],
    ['/b/c@d', '/b/c@d'],
    ['', ''],
  ])('makes %j %j', (target, shown) => {
    expect(withoutSecrets(target)).toBe(shown);
  });
});
