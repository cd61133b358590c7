import { describe, expect, it } from 'vitest';
import { toFieldLines } from '../../../src/wire/http/fields.ts';
import type { ContentCoding } from '../../../src/transform/codings/content-coding.ts';
import { transformedResponseFields, weakened } from '../../../src/transform/fields/response-fields.ts';

const VARY = ['Vary', 'Accept-Encoding'];
const of = (fields: string[], { status = 200, leaves }: { status?: number; leaves?: ContentCoding } = {}) =>
  transformedResponseFields(status, toFieldLines(fields), leaves);

describe('transformedResponseFields()', () => {
  it.each([
    ['Content-Length', '10'],
    ['Content-Encoding', 'gzip'],
    ['Accept-Ranges', 'bytes'],
    ['content-md5', 'x'],
    ['Digest', 'sha-256=x'],
    ['Content-Digest', 'sha-256=:x:'],
    ['Repr-Digest', 'sha-256=:x:'],
    ['x-amz-checksum-sha256', 'x'],
    ['Trailer', 'Repr-Digest'],
  ])('transformedResponseFields() takes %s away', (name, value) => {
    expect(of(['Server', 'x', name, value])).toEqual({ ok: true, value: ['Server', 'x', ...VARY] });
  });

  it.each([
    ['Content-Type', 'text/html'],
    ['Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT'],
    ['Cache-Control', 'no-transform, max-age=60'],
    ['Set-Cookie', 'a=b'],
    ['Trailer', 'Server-Timing'],
  ])('transformedResponseFields() keeps %s', (name, value) => {
    expect(of([name, value])).toEqual({ ok: true, value: [name, value, ...VARY] });
  });

  it.each([
    [[], VARY],
    [
      ['Vary', 'Origin'],
      ['Vary', 'Origin', ...VARY],
    ],
    [
      ['vary', 'Origin, accept-encoding'],
      ['vary', 'Origin, accept-encoding'],
    ],
    [
      ['Vary', '*'],
      ['Vary', '*'],
    ],
  ])('transformedResponseFields() of %j varies by coding', (fields, made) => {
    expect(of(fields)).toEqual({ ok: true, value: made });
  });

  it('transformedResponseFields() names the coding that it leaves in', () => {
    expect(of(['Content-Encoding', 'gzip'], { leaves: 'zstd' })).toEqual({
      ok: true,
      value: ['Content-Encoding', 'zstd', ...VARY],
    });
  });

  it('transformedResponseFields() weakens the entity tag', () => {
    expect(of(['ETag', '"a"'])).toEqual({ ok: true, value: ['ETag', 'W/"a"', ...VARY] });
    expect(of(['ETag', '"a"'], { status: 304 })).toEqual({ ok: true, value: ['ETag', 'W/"a"', ...VARY] });
  });

  it.each([
    [206, []],
    [226, []],
    [200, ['Content-Range', 'bytes 0-9/100']],
    [206, ['Content-Range', 'bytes 0-9/100']],
  ])('transformedResponseFields() refuses a part: %d %j', (status, fields) => {
    expect(of(fields, { status })).toMatchObject({ failure: { code: 'unreadable_content' } });
  });

  it('transformedResponseFields() keeps what a 416 says of the whole', () => {
    expect(of(['Content-Range', 'bytes */100'], { status: 416 })).toMatchObject({ ok: true });
  });
});

describe('weakened()', () => {
  it.each([
    ['"a"', 'W/"a"'],
    ['W/"a"', 'W/"a"'],
    ['"W/"', 'W/"W/"'],
    ['bare', 'W/bare'],
  ])('weakened() of %s is %s', (tag, weak) => {
    expect(weakened(tag)).toBe(weak);
  });
});
