import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseAcceptEncoding,
  preferredCoding,
  readableAcceptEncoding,
} from '../../../src/transform/codings/accept-encoding.ts';

describe('parseAcceptEncoding()', () => {
  it.each([
    [undefined, { zstd: 0, br: 0, gzip: 0, deflate: 0 }, undefined],
    ['', { zstd: 0, br: 0, gzip: 0, deflate: 0 }, undefined],
    ['gzip', { zstd: 0, br: 0, gzip: 1, deflate: 0 }, undefined],
    ['x-gzip;q=0.5', { zstd: 0, br: 0, gzip: 0.5, deflate: 0 }, undefined],
    ['gzip, deflate, br, zstd', { zstd: 1, br: 1, gzip: 1, deflate: 1 }, undefined],
    ['br;q=1.0, gzip;q=0.8, *;q=0.1', { zstd: 0.1, br: 1, gzip: 0.8, deflate: 0.1 }, undefined],
    ['*', { zstd: 1, br: 1, gzip: 1, deflate: 1 }, undefined],
    ['*;q=0', { zstd: 0, br: 0, gzip: 0, deflate: 0 }, 0],
    ['identity;q=0.5, *;q=0', { zstd: 0, br: 0, gzip: 0, deflate: 0 }, 0.5],
    ['GZIP ; Q=0.25, Identity;q=0', { zstd: 0, br: 0, gzip: 0.25, deflate: 0 }, 0],
    ['gzip;q=0, gzip', { zstd: 0, br: 0, gzip: 0, deflate: 0 }, undefined],
    ['br;q=2, zstd;q=-1, gzip;q=0.1234, deflate;level=1', { zstd: 0, br: 0, gzip: 0, deflate: 0 }, undefined],
  ])('parseAcceptEncoding() of %j', (value, quality, identity) => {
    expect(parseAcceptEncoding(value)).toEqual({ quality, identity });
  });
});

describe('readableAcceptEncoding()', () => {
  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['compress, dcz', 'identity'],
    ['gzip, deflate, br, zstd', 'zstd, br, gzip, deflate'],
    ['br;q=0.5, gzip', 'br;q=0.5, gzip'],
    ['gzip, sdch;q=0.1', 'gzip'],
    ['*', 'zstd, br, gzip, deflate'],
    ['gzip, identity;q=0', 'gzip, identity;q=0'],
    ['identity;q=0', 'identity'],
    ['gzip;q=0, *', 'zstd, br, deflate'],
  ])('readableAcceptEncoding() of %j is %j', (value, readable) => {
    expect(readableAcceptEncoding(value)).toBe(readable);
  });

  it('readableAcceptEncoding() asks for nothing that cannot be undone, whatever the client says', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.array(fc.constantFrom('gzip', 'lzma', '*;q=0.3', 'br;q=0', ';', 'q')).map(String)),
        (value) => {
          const names = readableAcceptEncoding(value)
            .split(', ')
            .map((member) => member.split(';')[0]);
          expect(['zstd', 'br', 'gzip', 'deflate', 'identity']).toEqual(expect.arrayContaining(names));
        },
      ),
    );
  });
});

describe('preferredCoding()', () => {
  it.each([
    ['zstd;q=0.5, br', 'br'],
    ['zstd, br', 'zstd'],
    ['gzip', undefined],
    ['zstd;q=0', undefined],
  ])('preferredCoding() for %j is %j', (value, coding) => {
    expect(preferredCoding(parseAcceptEncoding(value), ['zstd', 'br'])).toBe(coding);
  });
});
