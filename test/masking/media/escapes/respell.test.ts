import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePercent, respellPercent } from '../../../../src/masking/media/escapes/percent.ts';
import { bytesOf, textOf } from '../trivial-filters.ts';

const respelled = (source: string, filtered: string): string =>
  textOf(respellPercent(decodePercent(bytesOf(source), false), bytesOf(filtered), false));

describe('respellPercent()', () => {
  it('spells anew only what differs', () => {
    expect(respelled('a%20b%20%61lice@x.com%20c%20d', 'a b EMAIL_1 c d')).toBe('a%20b%20EMAIL_1%20c%20d');
    expect(respelled('/x?m=a%40b.com&n=1', '/x?m=é&n=1')).toBe('/x?m=%C3%A9&n=1');
    expect(respelled('%61-11111-%61bcd-22222-%61', 'a-X-abcd-Y-a')).toBe('%61-X-%61bcd-Y-%61');
  });

  it('means exactly the filtered text, whatever the two texts have in common', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '%61', '%', '%25', '/', 'é'), maxLength: 40 });
    fc.assert(
      fc.property(text, text, (source, other) => {
        const wanted = decodePercent(bytesOf(other), false).text;
        const result = respellPercent(decodePercent(bytesOf(source), false), wanted, false);
        expect(textOf(decodePercent(result, false).text)).toBe(textOf(wanted));
      }),
      { numRuns: 1000 },
    );
  });

  it('stays quick for long texts that have nothing in common', () => {
    const source = decodePercent(bytesOf('ab'.repeat(200_000)), false);
    const filtered = bytesOf('ba1'.repeat(100_000));
    expect(respellPercent(source, filtered, false)).toHaveLength(300_000);
  });
});
