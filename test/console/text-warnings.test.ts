import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textWarnings } from '../../src/console/text/text-warnings.ts';

describe('textWarnings()', () => {
  it.each([
    [
      'a word of two scripts',
      'send it to pаypal now',
      ['“pаypal” mixes Latin and Cyrillic letters: it may imitate another word'],
    ],
    ['Greek in Latin', '{"payee":"αcme"}', ['“αcme” mixes Latin and Greek letters: it may imitate another word']],
    ['letters of formulas', 'to 𝗉𝖺𝗒𝗉𝖺𝗅', ['“𝗉𝖺𝗒𝗉𝖺𝗅” is written with signs that stand for “paypal”: it may imitate that word']],
    ['letters of full width', 'ｐay it', ['“ｐay” is written with signs that stand for “pay”: it may imitate that word']],
    [
      'a name all of whose letters look Latin',
      'https://аррӏе.com/login',
      ['“аррӏе” in “аррӏе.com” has Cyrillic letters that look like Latin ones: it may imitate another name'],
    ],
    [
      'the same in capitals',
      'АРР.com',
      ['“АРР” in “АРР.com” has Cyrillic letters that look like Latin ones: it may imitate another name'],
    ],
    [
      'an international name in its ASCII form',
      'mail@xn--pple-43d.com',
      ['xn--pple-43d stands for “аpple”, which mixes Latin and Cyrillic letters: it may imitate another name'],
    ],
  ])('warns of %s', (_what, text, warnings) => {
    expect(textWarnings(text)).toEqual(warnings);
  });

  it.each([
    'Zoë pays 3 € to Ørsted',
    'Привет, мир. Сон и хор',
    'Ελλάδα και Κύπρος',
    '東京タワー and 한글 beside שלום',
    'Δt in µm, 5 kΩ',
    'api.example.com, v1.2.3, 127.0.0.1',
  ])('says nothing about %j', (text) => {
    expect(textWarnings(text)).toEqual([]);
  });

  it('names the first of many, and how many there are', () => {
    const text = Array.from({ length: 9 }, (_, i) => `pаypal${'abcdefghi'[i]}`).join(' ');
    expect(textWarnings(text)).toHaveLength(6);
    expect(textWarnings(text).at(-1)).toBe('…and 4 more of this kind');
  });

  it('takes any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => void textWarnings(text)));
    for (const text of ['a'.repeat(50_000), 'a.'.repeat(25_000), 'аa'.repeat(25_000)]) {
      const before = process.cpuUsage();
      textWarnings(text);
      // Quadratic it would take minutes.
      expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
    }
  });
});
