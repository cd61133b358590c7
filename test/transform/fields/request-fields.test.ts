import { describe, expect, it } from 'vitest';
import { transformedRequestFields, type RequestChange } from '../../../src/transform/fields/request-fields.ts';

const CONTENT: RequestChange = { content: { leaves: undefined, length: undefined }, readsResponse: false };
const RESPONSE: RequestChange = { readsResponse: true };

function made(fields: string[], change: RequestChange): readonly string[] {
  const result = transformedRequestFields(fields, change);
  if (!result.ok) throw new Error(result.failure.detail);
  return result.value;
}

describe('transformedRequestFields()', () => {
  it.each([
    ['Content-Length', '10'],
    ['content-encoding', 'gzip'],
    ['Content-MD5', 'x'],
    ['Digest', 'sha-256=x'],
    ['Content-Digest', 'sha-256=:x:'],
    ['Repr-Digest', 'sha-256=:x:'],
    ['x-amz-content-sha256', 'x'],
    ['X-Amz-Checksum-CRC32', 'x'],
    ['x-goog-hash', 'crc32c=x'],
    ['Trailer', 'Content-Digest, X-Amz-Checksum-Sha1'],
  ])('transformedRequestFields() takes %s away with the content it spoke of, and only then', (name, value) => {
    expect(made(['Host', 'a', name, value], CONTENT)).toEqual(['Host', 'a']);
    expect(made(['Host', 'a', name, value], { readsResponse: false })).toEqual(['Host', 'a', name, value]);
  });

  it.each([
    ['Range', 'bytes=0-1'],
    ['if-range', '"x"'],
    ['A-IM', 'vcdiff'],
    ['x-ms-range', 'bytes=0-1'],
    ['Available-Dictionary', ':x:'],
    ['Want-Content-Digest', 'sha-256=1'],
    ['Want-Repr-Digest', 'sha-256=1'],
    ['Want-Digest', 'sha-256'],
  ])('transformedRequestFields() takes %s away where the response is read, and only then', (name, value) => {
    expect(made([name, value], RESPONSE)).toEqual(['Accept-Encoding', 'identity']);
    expect(made([name, value], CONTENT)).toEqual([name, value]);
  });

  it.each([
    [['Content-Type', 'text/plain'], 'what the content is'],
    [['Trailer', 'X-Sum'], 'other trailers'],
    [['If-None-Match', 'W/"a"', 'If-Match', '"b"'], 'preconditions'],
    [['Cache-Control', 'no-transform'], 'wishes that the policy outranks'],
    [['Authorization', 'Bearer x'], 'credentials'],
  ])('transformedRequestFields() keeps %j: %s', (fields) => {
    expect(made(fields, CONTENT)).toEqual(fields);
  });

  it('transformedRequestFields() names the other trailers alone', () => {
    expect(made(['Trailer', 'X-Sum, Content-Digest'], CONTENT)).toEqual(['Trailer', 'X-Sum']);
  });

  it('transformedRequestFields() writes coding and length as they leave', () => {
    const change: RequestChange = { content: { leaves: 'gzip', length: 7 }, readsResponse: false };
    expect(made(['Content-Encoding', 'x-gzip', 'Content-Length', '100'], change)).toEqual([
      'Content-Encoding',
      'gzip',
      'Content-Length',
      '7',
    ]);
  });

  it('transformedRequestFields() asks for codings that can be undone, in one line', () => {
    expect(made(['Accept-Encoding', 'gzip', 'accept-encoding', 'dcb, br;q=0.5', 'Accept', '*/*'], RESPONSE)).toEqual([
      'Accept',
      '*/*',
      'Accept-Encoding',
      'br;q=0.5, gzip',
    ]);
  });

  it('transformedRequestFields() refuses a part of content', () => {
    const part = ['Content-Range', 'bytes 0-9/100'];
    expect(transformedRequestFields(part, CONTENT)).toMatchObject({ failure: { code: 'unreadable_content' } });
    expect(made(part, { readsResponse: false })).toEqual(part);
  });
});
