import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormFilter } from '../../../src/masking/media/form-filter.ts';
import { UnreadableContent } from '../../../src/masking/unreadable.ts';
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
} from './trivial-filters.ts';

const digits = (): FormFilter => new FormFilter(() => new DigitRuns());
const run = (text: string, make = digits): string => textOf(filtered(make(), bytesOf(text)));

const form = fc.string({
  unit: fc.constantFrom('a', '1', '12345', '=', '&', '+', '%', '%31', '%2541', '%C3%A9', 'é', ';', '?'),
});

describe('FormFilter', () => {
  it('copies every byte where nothing changes, however it is cut', () => {
    fc.assert(
      fc.property(form, cuts(), (text, at) => {
        const input = bytesOf(text);
        for (const some of [at, everyByte(input)]) {
          expect(textOf(filtered(new FormFilter(() => new Untouched()), input, some))).toBe(text);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('gives the same output for every way of cutting', () => {
    fc.assert(
      fc.property(form, cuts(), (text, at) => {
        expect(sameForEveryCut(digits, bytesOf(text), at)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('sends on what URLSearchParams reads as the same pairs, filtered', () => {
    const pairs = fc.array(
      fc.tuple(
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: fc.constantFrom('1', '2', 'a', ' ', '&', '=', '+', 'é', '"') }),
      ),
    );
    fc.assert(
      fc.property(pairs, (entries) => {
        const replaced = entries.map(([name, value]): [string, string] => [
          name.replace(/\d{4,}/g, '#'),
          value.replace(/\d{4,}/g, '#'),
        ]);
        const output = run(new URLSearchParams(entries).toString());
        expect([...new URLSearchParams(output)]).toEqual([...new URLSearchParams(replaced)]);
      }),
    );
  });

  it.each([
    ['a=44444&b=1', 'a=%23&b=1'],
    ['a=x+%34%34444%20%2f', 'a=x+%23%20%2f'],
    ['44444=1&=44444&44444', '%23=1&=%23&%23'],
    ['a=b=44444', 'a=b=%23'],
    ['a=4%2534%25344', 'a=%2523'],
    ['a=444%2534', 'a=%2523'],
    ['u=https://x/?m%3D444%2534%26n%3D1', 'u=https://x/?m%3D%2523%26n%3D1'],
    ['a=%', 'a=%'],
    ['a=%zz44444%4', 'a=%zz%23%4'],
  ])('filters %s (BODY-08)', (text, expected) => {
    expect(run(text)).toBe(expected);
  });

  it.each([
    ['a@b', 'EMAIL'],
    ['a%40b', 'EMAIL'],
    ['a%2540b', 'EMAIL'],
    ['a%252540b', 'EMAIL'],
    ['/%2525/?m=a%2540b', '/%2525/?m=EMAIL'],
    ['a%25252540b', 'a%25252540b'],
  ])('finds %s, encoded up to three times over (BODY-08)', (value, expected) => {
    expect(run(`v=${value}`, () => new FormFilter(() => new WordSwap('a@b', 'EMAIL')))).toBe(`v=${expected}`);
  });

  it('finds e-mail addresses whose at sign is written with a percent sign, and spaces as plus', () => {
    const make = (): FormFilter => new FormFilter(() => new WordSwap('a b@c.de', 'EMAIL'));
    for (const text of ['m=a+b%40c.de', 'm=a%20b@c.de', 'm=%61+b%40c%2Ede']) expect(run(text, make)).toBe('m=EMAIL');
  });

  it('tells the name of the field, decoded; none for names', () => {
    const asked: string[] = [];
    run(
      'pass%77ord=x&b=y&c',
      () =>
        new FormFilter((name) => {
          asked.push(name);
          return new Untouched();
        }),
    );
    expect(asked).toEqual(['', 'password', '', 'b', '']);
  });

  it('refuses a value of more than 1 MiB', () => {
    expect(() => run(`a=${'b'.repeat(1024 * 1024 + 1)}`)).toThrow(UnreadableContent);
    expect(run(`a=${'b'.repeat(1024 * 1024)}&c=44444`)).toMatch(/b&c=%23$/);
  });

  it('lets no value through, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (input) => {
        expect(latin1Of(filtered(digits(), input))).not.toMatch(/\d{4}/);
      }),
    );
  });
});
