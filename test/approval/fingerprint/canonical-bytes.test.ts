import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalBytes } from '../../../src/approval/fingerprint/canonical-bytes.ts';
import { CountrySet } from '../../../src/core/place/country-set.ts';

/** Reads what canonicalBytes() writes: an encoding that can be read back is injective. */
class CanonicalReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
  }

  readAll(): unknown {
    const value = this.#value();
    if (this.#at !== this.#bytes.length) throw new Error('bytes are left over');
    return value;
  }

  #value(): unknown {
    const kind = this.#take(1).toString('latin1');
    switch (kind) {
      case 'z':
        return null;
      case 't':
      case 'f':
        return kind === 't';
      case 'n':
        return Number(this.#take(this.#count()).toString());
      case 's':
        return this.#take(this.#count()).toString('utf16le');
      case 'l':
        return Array.from({ length: this.#count() }, () => this.#value());
      case 'o':
        return Object.fromEntries(Array.from({ length: this.#count() }, () => [this.#value(), this.#value()] as const));
      default:
        throw new Error(`kind ${kind}`);
    }
  }

  #count(): number {
    return this.#take(4).readUInt32BE();
  }

  #take(length: number): Buffer {
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

const PLAIN = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
    fc.string({ unit: 'binary' }),
    // Halves of surrogate pairs are what UTF-8 would lose.
    fc.array(fc.constantFrom('\ud800', '\udc00', 'a', '\0'), { maxLength: 3 }).map((units) => units.join('')),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((name) => name !== '__proto__'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;

describe('canonicalBytes()', () => {
  it('can be read back: different data never look the same', () => {
    fc.assert(
      fc.property(PLAIN, (value) => {
        expect(new CanonicalReader(canonicalBytes(value)).readAll()).toEqual(value);
      }),
    );
  });

  it('does not depend on the order of members, nor on members that are undefined', () => {
    expect(canonicalBytes({ b: 1, a: [2], c: undefined })).toEqual(canonicalBytes({ a: [2], b: 1 }));
    expect(canonicalBytes([1, 2])).not.toEqual(canonicalBytes([2, 1]));
  });

  it('tells apart what concatenation would not', () => {
    const values = [
      ['ab', 'c'],
      ['a', 'bc'],
      ['abc'],
      'abc',
      ['ab', ['c']],
      [['ab'], 'c'],
      { ab: 'c' },
      '1',
      1,
      null,
      'null',
      [],
      {},
      '',
    ];
    expect(new Set(values.map((value) => Buffer.from(canonicalBytes(value)).toString('hex'))).size).toBe(values.length);
  });

  it.each([
    new Map([[1, 2]]),
    new Set([1]),
    CountrySet.EMPTY,
    () => 1,
    Symbol('a'),
    1n,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    undefined,
  ])('refuses what would hide what it holds: %s', (value) => {
    expect(() => canonicalBytes([value])).toThrow('has no canonical form');
  });
});
