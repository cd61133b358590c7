import { describe, expect, it } from 'vitest';
import { mediaTypeOf } from '../../../src/wire/http/media-type.ts';

describe('mediaTypeOf()', () => {
  it.each([
    ['application/json', 'application/json'],
    ['Application/JSON;charset=utf-8', 'application/json'],
    [' text/plain ; format=flowed; delsp=yes', 'text/plain'],
    ['multipart/form-data; boundary="a;b"', 'multipart/form-data'],
    // Two lines of the field are no media type, so no rule that names one takes them for it.
    ['application/json, text/plain', 'application/json, text/plain'],
    ['', ''],
    [';charset=utf-8', ''],
  ])('%j is %j', (contentType, expected) => {
    expect(mediaTypeOf(contentType)).toBe(expected);
  });

  it('is that of unlabelled content without the field', () => {
    expect(mediaTypeOf(undefined)).toBe('application/octet-stream');
  });
});
