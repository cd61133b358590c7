import { describe, expect, it } from 'vitest';
import { contentCodings } from '../../../src/transform/codings/content-coding.ts';

const of = (...values: string[]) => contentCodings(values.map((value) => ['Content-Encoding', value] as const));

describe('contentCodings()', () => {
  it.each([
    [[], []],
    [['gzip'], ['gzip']],
    [['X-GZip'], ['gzip']],
    [['Deflate'], ['deflate']],
    [['br'], ['br']],
    [['ZSTD'], ['zstd']],
    [['identity'], []],
    [['identity, gzip'], ['gzip']],
    [['gzip, br , zstd'], ['gzip', 'br', 'zstd']],
    [
      ['gzip', 'br'],
      ['gzip', 'br'],
    ],
    [['gzip,,br,'], ['gzip', 'br']],
    [[''], []],
  ])('contentCodings() of %j are %j', (values, codings) => {
    expect(of(...values)).toEqual({ ok: true, value: codings });
  });

  it.each([
    ['compress', '"compress"'],
    ['aws-chunked', '"aws-chunked"'],
    ['gzip;q=1', '"gzip;q=1"'],
    ['gzip br', '"gzip br"'],
    ['*', '"*"'],
    ['dcb', '"dcb"'],
    ['gzip\u0000', String.raw`"gzip\u0000"`],
  ])('contentCodings() names the unknown %j', (value, named) => {
    const codings = of(value);
    expect(codings).toMatchObject({
      failure: { code: 'unreadable_content', detail: expect.stringContaining(named) as string },
    });
  });

  it('contentCodings() takes three and refuses four', () => {
    expect(of('gzip, gzip, gzip').ok).toBe(true);
    expect(of('gzip, gzip, gzip, gzip')).toMatchObject({ failure: { code: 'unreadable_content' } });
  });
});
