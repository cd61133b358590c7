import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitString, element, objectIdentifier, pem, sequence, time, unsignedInteger } from '../../src/tls/der.ts';
import { readElements } from '../../src/tls/der-reader.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('der', () => {
  // The examples of X.690 §8 and of "A Layman's Guide to a Subset of ASN.1, BER, and DER".
  it.each([
    [unsignedInteger(Uint8Array.of(0)), '020100'],
    [unsignedInteger(Uint8Array.of(127)), '02017f'],
    [unsignedInteger(Uint8Array.of(128)), '02020080'],
    [unsignedInteger(Uint8Array.of(1, 0)), '02020100'],
    [unsignedInteger(Uint8Array.of(0, 0, 5)), '020105'],
    [objectIdentifier('1.2.840.113549'), '06062a864886f70d'],
    [objectIdentifier('2.5.29.17'), '0603551d11'],
    [bitString(Uint8Array.of(0x6e, 0x5d, 0xc0), 6), '0304066e5dc0'],
    [sequence(), '3000'],
    [time(Date.parse('1991-05-06T23:45:40Z')), `170d${Buffer.from('910506234540Z').toString('hex')}`],
    [time(Date.parse('2049-12-31T23:59:59Z')), `170d${Buffer.from('491231235959Z').toString('hex')}`],
    [time(Date.parse('2050-01-01T00:00:00Z')), `180f${Buffer.from('20500101000000Z').toString('hex')}`],
  ])('writes the octets the standard gives: %#', (written, expected) => {
    expect(hex(written)).toBe(expected);
  });

  it.each([
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [65_536, '0483010000'],
  ])('element() writes the length %i in the shortest form', (length, start) => {
    expect(hex(element(0x04, new Uint8Array(length))).startsWith(start)).toBe(true);
  });

  it('unsignedInteger() keeps the value and never reads as negative', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 24 }), (magnitude) => {
        const content = unsignedInteger(magnitude).subarray(2);
        expect(content[0]! < 0x80).toBe(true);
        expect(BigInt(`0x${hex(content)}`)).toBe(BigInt(`0x${hex(magnitude)}`));
      }),
    );
  });

  it('pem() is read back by others: lines of 64 characters', () => {
    const lines = pem('X', new Uint8Array(100)).split('\n');
    expect(lines.map((line) => line.length)).toEqual([17, 64, 64, 8, 15, 0]);
  });
});

describe('readElements()', () => {
  it('reads back what element() wrote, one after the other', () => {
    const part = fc.tuple(fc.integer({ min: 0, max: 30 }), fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
        const read = readElements(Buffer.concat(parts.map(([tag, content]) => element(tag, content))));
        expect(read.ok && read.value.map(({ tag, content }) => [tag, hex(content)])).toEqual(
          parts.map(([tag, content]) => [tag, hex(content)]),
        );
      }),
    );
  });

  it.each([
    ['30', 'end of input'],
    ['3005aabb', 'expected 7'],
    ['3080', 'length octet 128'],
    ['308501000000aa', 'length octet 133'],
    ['3084ffffffffaa', 'expected 4294967301'],
    ['3082', 'expected 4'],
    ['1f8100', 'several octets'],
  ])('refuses %s: a length that lies, or a form X.509 never uses', (bytes, message) => {
    const read = readElements(Buffer.from(bytes, 'hex'));
    expect(read.ok ? '' : read.failure).toContain(message);
  });

  it('never reads beyond its input, whatever the input', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const read = readElements(bytes);
        if (read.ok) expect(read.value.reduce((sum, { whole }) => sum + whole.length, 0)).toBe(bytes.length);
      }),
    );
  });
});
