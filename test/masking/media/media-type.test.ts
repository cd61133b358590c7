import { describe, expect, it } from 'vitest';
import { parseMediaType } from '../../../src/masking/media/media-type.ts';

describe('parseMediaType()', () => {
  it.each<[string, string, [string, string][]]>([
    ['text/plain', 'text/plain', []],
    [' Text/HTML ; Charset="utf-8" ', 'text/html', [['charset', 'utf-8']]],
    ['multipart/form-data; boundary=a-b_c;', 'multipart/form-data', [['boundary', 'a-b_c']]],
    [
      'application/vnd.api+json;;a=1 ; b="x\\"y;z"',
      'application/vnd.api+json',
      [
        ['a', '1'],
        ['b', 'x"y;z'],
      ],
    ],
  ])('reads %j', (value, essence, parameters) => {
    const found = parseMediaType(value);
    expect([found?.essence, [...(found?.parameters ?? [])]]).toEqual([essence, parameters]);
  });

  it.each([
    '',
    'text',
    'text/',
    '/plain',
    'text/plain, text/html',
    'text/plain; a',
    'text/plain; a=',
    'text/plain; a="b',
    'text/plain; a=1; A=2',
    'text/plain a=1',
    'text/plain; a=b c',
  ])('refuses %j', (value) => {
    expect(parseMediaType(value)).toBeUndefined();
  });

  it('stays quick on hostile values', () => {
    expect(parseMediaType(`text/plain${';'.repeat(100_000)}x`)).toBeUndefined();
    expect(parseMediaType(`text/plain; a="${'\\'.repeat(100_001)}`)).toBeUndefined();
    expect(parseMediaType(`text/plain${' '.repeat(100_000)}x`)).toBeUndefined();
  });
});
