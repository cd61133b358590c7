import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sniffer, sniffCoding } from '../../../src/transform/codings/sniff.ts';
import { coded, pieces } from '../coded.ts';

const text = Buffer.from('{"a":1}');

describe('sniffCoding()', () => {
  it.each([
    ['gzip', coded(text, 'gzip'), 'gzip'],
    ['zstd', coded(text, 'zstd'), 'zstd'],
    ['UTF-16', Buffer.from('text', 'utf16le'), 'nul'],
    ['a NUL after 511 bytes', Buffer.from(`${'x'.repeat(511)}\0`), 'nul'],
    ['a NUL after 512 bytes', Buffer.from(`${'x'.repeat(512)}\0`), undefined],
    ['JSON', text, undefined],
    ['half a magic number', Buffer.from([0x28, 0xb5, 0x2f]), undefined],
    ['nothing', Buffer.alloc(0), undefined],
    ['UTF-8', Buffer.from('žluťoučký 🐎'), undefined],
  ])('sniffCoding() of %s', (_, bytes, found) => {
    expect(sniffCoding(bytes)).toBe(found);
  });
});

describe('Sniffer', () => {
  it('look() finds in pieces what sniffCoding() finds in one', () => {
    const beginnings = fc.constantFrom(coded(text, 'gzip'), coded(text, 'zstd'), text, Buffer.alloc(0), Buffer.from([0x1f]));
    fc.assert(
      fc.property(
        beginnings,
        fc.uint8Array({ maxLength: 600 }),
        fc.integer({ min: 1, max: 600 }),
        (beginning, rest, length) => {
          const bytes = Buffer.concat([beginning, rest]);
          const sniffer = new Sniffer();
          const found = pieces(bytes, length).map((piece) => sniffer.look(piece));
          expect(found.some((what) => what !== undefined)).toBe(sniffCoding(bytes) !== undefined);
        },
      ),
    );
  });

  it('look() tells which, byte by byte', () => {
    const sniffer = new Sniffer();
    expect(
      pieces(coded(text, 'zstd'), 1)
        .slice(0, 4)
        .map((byte) => sniffer.look(byte)),
    ).toEqual([undefined, undefined, undefined, 'zstd']);
  });
});
