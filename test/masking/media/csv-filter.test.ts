import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvFilter } from '../../../src/masking/media/csv-filter.ts';
import { UnreadableContent } from '../../../src/masking/unreadable.ts';
import {
  DigitRuns,
  Untouched,
  WordSwap,
  bytesOf,
  cuts,
  everyByte,
  filtered,
  sameForEveryCut,
  textOf,
} from './trivial-filters.ts';

const digits = (): CsvFilter => new CsvFilter(() => new DigitRuns());
const run = (text: string, make = digits): string => textOf(filtered(make(), bytesOf(text)));

const table = fc.string({
  unit: fc.constantFrom('a', '1', '12345', ',', ';', '\t', '|', '"', '""', '\n', '\r\n', 'é', ' '),
  maxLength: 30,
});

const separator = fc.constantFrom(',', ';', '\t', '|');
const cell = fc.string({ unit: fc.constantFrom('a', '1', '1234', ',', ';', '"', '\n', 'é', ' '), maxLength: 5 });
const rows = fc
  .integer({ min: 2, max: 4 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 4 }));

const written = (cells: readonly string[], by: string, isQuoted: boolean): string =>
  cells.map((text) => (isQuoted || /[",;\t|\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(by);

/** An independent reader of well-formed records. */
function read(text: string, by: string): string[][] {
  return [...text.matchAll(/((?:"(?:[^"]|"")*"|[^"\r\n])*)\r\n/g)].map(([, record = '']) =>
    [...`${record}${by}`.matchAll(new RegExp(`(?:"((?:[^"]|"")*)"|([^"\\${by}]*))\\${by}`, 'g'))].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
    ),
  );
}

describe('CsvFilter', () => {
  it('copies every byte where nothing changes, however it is cut', () => {
    fc.assert(
      fc.property(table, cuts(), (text, at) => {
        const input = bytesOf(text);
        for (const some of [at, everyByte(input)]) {
          expect(textOf(filtered(new CsvFilter(() => new Untouched()), input, some))).toBe(text);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives the same output for every way of cutting, and lets no value through', () => {
    fc.assert(
      fc.property(table, cuts(), (text, at) => {
        expect(sameForEveryCut(digits, bytesOf(text), at)).toBe(true);
        expect(run(text)).not.toMatch(/\d{4}/);
      }),
      { numRuns: 500 },
    );
  });

  it('sends on the same cells, filtered, with names by the header', () => {
    fc.assert(
      fc.property(separator, rows, fc.boolean(), (by, records, isQuoted) => {
        const width = records[0]?.length ?? 2;
        const header = ['name', 'b c', 'd"', 'e'].slice(0, width);
        const text = [header, ...records].map((cells, i) => `${written(cells, by, isQuoted && i > 0)}\r\n`).join('');
        const asked = new Set<string | undefined>();
        const make = (): CsvFilter =>
          new CsvFilter((name) => {
            asked.add(name);
            return new WordSwap('1234', `x${by}"y`);
          });
        const output = read(run(text, make), by);
        expect(output).toEqual([header, ...records.map((cells) => cells.map((value) => value.replaceAll('1234', `x${by}"y`)))]);
        for (const name of asked) expect([undefined, ...header]).toContain(name);
      }),
      { numRuns: 300 },
    );
  });

  it('names each column by its header, headers themselves by none', () => {
    const asked: [string | undefined, string][] = [];
    class Note extends Untouched {
      readonly #name: string | undefined;
      constructor(name: string | undefined) {
        super();
        this.#name = name;
      }
      override push(bytes: Uint8Array): Uint8Array {
        asked.push([this.#name, textOf(bytes)]);
        return bytes;
      }
    }
    run('id;"größe";x\r\n1;"a;b";3;4\r\n\r\n5', () => new CsvFilter((name) => new Note(name)));
    expect(asked).toEqual([
      [undefined, 'id'],
      [undefined, 'größe'],
      [undefined, 'x'],
      ['id', '1'],
      ['größe', 'a;b'],
      ['x', '3'],
      [undefined, '4'],
      ['id', '5'],
    ]);
  });

  it('takes a first record with a number in it for no header', () => {
    const asked = new Set<string | undefined>();
    run('a,7\nb,8\n', () => new CsvFilter((name) => (asked.add(name), new Untouched())));
    expect([...asked]).toEqual([undefined]);
  });

  it.each([
    ['a,b\n44444,"55555"\n', 'a,b\n#,"#"\n'],
    ['44444', '#'],
    ['a\tb\r\n44444\t"x ""44444"""', 'a\tb\r\n#\t"x ""#"""'],
    ['a,b\n"x\n44444\ny",1', 'a,b\n"x\n#\ny",1'],
    ['a,b\n"44444"z,"55555', 'a,b\n"#"z,"#'],
    ['a,b\n4"4444,1', 'a,b\n4"#,1'],
  ])('filters %j', (text, expected) => {
    expect(run(text)).toBe(expected);
  });

  it('refuses a cell of more than 1 MiB', () => {
    expect(() => run(`a,b\n${'x'.repeat(1024 * 1024 + 1)}`)).toThrow(UnreadableContent);
  });
});
