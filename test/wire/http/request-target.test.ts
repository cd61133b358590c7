import * as fc from 'fast-check';
import { URL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { authorityText } from '../../../src/core/address.ts';
import { parseAbsoluteForm, parseOriginForm } from '../../../src/wire/http/request-target.ts';

function absolute(text: string) {
  const result = parseAbsoluteForm(text);
  if (!result.ok) throw new Error(result.failure);
  const { authority, ...rest } = result.value;
  return { ...rest, authority: authorityText(authority) };
}

describe('parseAbsoluteForm', () => {
  it.each([
    ['http://a.example/b?c=d', { scheme: 'http', authority: 'a.example:80', requestTarget: '/b?c=d', path: '/b' }],
    ['https://a.example/', { scheme: 'https', authority: 'a.example:443', requestTarget: '/', path: '/' }],
    ['HTTP://A.Example.:8080', { scheme: 'http', authority: 'a.example:8080', requestTarget: '/', path: '/' }],
    ['http://a.example?q=/x', { scheme: 'http', authority: 'a.example:80', requestTarget: '/?q=/x', path: '/' }],
    ['http://[::1]:81/a', { scheme: 'http', authority: '[::1]:81', requestTarget: '/a', path: '/a' }],
    ['http://a.example/%7euser', { scheme: 'http', authority: 'a.example:80', requestTarget: '/%7euser', path: '/~user' }],
    [
      'http://a.example/a?u=http://b@c/..',
      { scheme: 'http', authority: 'a.example:80', requestTarget: '/a?u=http://b@c/..', path: '/a' },
    ],
  ])('parseAbsoluteForm() reads %s', (text, expected) => {
    expect(absolute(text)).toEqual(expected);
  });

  it.each([
    'ftp://a.example/',
    'gopher://a/',
    'ws://a/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'data:text/html,x',
    'urn:a',
  ])('parseAbsoluteForm() refuses other schemes by name (H1-15): %s', (text) => {
    const result = parseAbsoluteForm(text);
    expect(result.ok ? '' : result.failure).toContain(`"${text.slice(0, text.indexOf(':'))}"`);
  });

  it.each([
    ['user information', 'http://user@a.example/'],
    ['user information', 'http://allowed.com\\@evil.com/'],
    ['user information', 'http://allowed.com#@evil.com/'],
    ['NAME-08', 'http://allowed.com\0.evil.com/'],
    ['NAME-09', 'http://exam%70le.com/'],
    ['NAME-09', 'http://a%2eb/'],
    ['ADDR-01', 'http://2130706433/'],
    ['ADDR-02', 'http://0x7f.1/'],
    ['ADDR-03', 'http://0177.0.0.1/'],
    ['ADDR-04', 'http://10.1/'],
    ['ADDR-05', 'http://256.256.256.256/'],
    ['ADDR-14', 'http://[fe80::1%25eth0]/'],
    ['fragment', 'http://a.example/b#c'],
    ['fragment', 'http://a.example#'],
    ['H1-18', 'http://a.example/\r\nX-Inj: 1'],
    ['H1-18', 'http://a.example/\tb'],
    ['space', 'http://a.example/a b'],
    ['not ASCII', 'http://a.example/ü'],
    ['no authority', 'http:///a'],
    ['no authority', 'http:/a.example/'],
    ['no authority', 'http:a.example'],
    ['no authority', 'http:\\\\a.example\\'],
    ['no authority', 'http://'],
    ['H1-14', '/a'],
    ['asterisk', '*'],
    ['authority form', 'a.example:443'],
    ['nothing', ''],
  ])('parseAbsoluteForm() refuses %s: %j', (_, text) => {
    expect(parseAbsoluteForm(text).ok).toBe(false);
  });

  it('parseAbsoluteForm() sends exactly what the client wrote behind the authority (H1-18)', () => {
    expect(absolute('http://a.example/%0d%0aX-Inj:1?%0A')).toEqual({
      scheme: 'http',
      authority: 'a.example:80',
      requestTarget: '/%0d%0aX-Inj:1?%0A',
    });
  });

  it('parseAbsoluteForm() never throws, and names the host that URL names', () => {
    const soup = fc
      .string({ unit: fc.constantFrom(...'ab.:/?#@[]\\%2e1;& \0'.split('')), maxLength: 24 })
      .map((rest) => `http://${rest}`);
    fc.assert(
      fc.property(fc.oneof(soup, fc.webUrl({ withQueryParameters: true }), fc.string()), (text) => {
        const result = parseAbsoluteForm(text);
        if (!result.ok) return;
        const { authority, requestTarget } = result.value;
        const url = new URL(text);
        expect(authorityText(authority)).toBe(
          `${url.hostname.replace(/\.$/, '')}:${url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : url.port}`,
        );
        expect(requestTarget).toMatch(/^\/[\x21-\x7e]*$/);
        expect(text.endsWith(requestTarget) || text.endsWith(requestTarget.slice(1))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('parseOriginForm', () => {
  it('parseOriginForm() keeps the target and canonicalises the path', () => {
    expect(parseOriginForm('/a%2Db?x=%2e')).toEqual({ ok: true, value: { requestTarget: '/a%2Db?x=%2e', path: '/a-b' } });
  });

  it.each(['', '*', 'a', 'http://a.example/', '?q', '/a b', '/a#b', '/\u0000', '/ü', '\\a'])(
    'parseOriginForm() refuses %j',
    (text) => expect(parseOriginForm(text).ok).toBe(false),
  );

  it('parseOriginForm() does not read an authority out of a double slash', () => {
    expect(parseOriginForm('//evil.example/a')).toEqual({ ok: true, value: { requestTarget: '//evil.example/a' } });
  });
});
