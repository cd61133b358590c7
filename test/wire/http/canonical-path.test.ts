import * as fc from 'fast-check';
import { URL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { canonicalPath } from '../../../src/wire/http/canonical-path.ts';

describe('canonicalPath', () => {
  it.each([
    ['/', '/'],
    ['/v1/chat/completions', '/v1/chat/completions'],
    ['/a/', '/a/'],
    ['/.well-known/x', '/.well-known/x'],
    ['/a..b/...', '/a..b/...'],
    ['/%61%2d%5F%7E', '/a-_~'],
    ['/%c3%bc', '/%C3%BC'],
    ['/model/eu.anthropic.claude-v1%3a0/invoke', '/model/eu.anthropic.claude-v1:0/invoke'],
    ['/a%20b', '/a%20b'],
    ['/100%25', '/100%25'],
    ['/{id}|"', '/%7Bid%7D%7C%22'],
    ['/%7bid%7d%7c%22', '/%7Bid%7D%7C%22'],
    ['/a%3Fb', '/a%3Fb'],
  ])('canonicalPath() gives equal paths one form: %s', (raw, path) => {
    expect(canonicalPath(raw)).toBe(path);
  });

  it.each([
    '/public/../secret',
    '/public/%2e%2e/secret',
    '/public/.%2E/secret',
    '/public/./secret',
    '/public/..',
    '/..%2fsecret',
    '/a%2Fb',
    '/a%5cb',
    '/a\\b',
    '/a//b',
    '//a',
    '/a//',
    '/%00',
    '/%0d%0aX-Inj:1',
    '/%7f',
    '/public/..;/secret',
    '/admin;x=1/users',
    '/admin%3bx/users',
    '/%252e%252e/secret',
    '/%25%32%65',
    '/%c0%ae%c0%ae/secret',
    '/%ff',
    '/%',
    '/%4',
    '/%zz',
    'a',
    '',
  ])('canonicalPath() is undefined where origins differ (H1-19): %j', (raw) => {
    expect(canonicalPath(raw)).toBeUndefined();
  });

  it('canonicalPath() is idempotent, printable and free of dot segments', () => {
    const piece = fc.constantFrom(
      'a',
      '.',
      '..',
      '/',
      '%2e',
      '%2F',
      '%41',
      '%c3%bc',
      ';',
      '\\',
      '%',
      '%25',
      '{',
      ':',
      '%3A',
      '-',
    );
    const path = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`);
    fc.assert(
      fc.property(path, (raw) => {
        const once = canonicalPath(raw);
        if (once === undefined) return;
        expect(canonicalPath(once)).toBe(once);
        expect(once).toMatch(/^\/[\x21-\x7e]*$/);
        expect(once.split('/')).not.toContain('..');
        // An origin that decodes before it routes sees the same path in both.
        expect(decodeURIComponent(once)).toBe(decodeURIComponent(raw));
        expect(new URL(`http://a${raw}`).pathname).not.toContain('/../');
      }),
      { numRuns: 1000 },
    );
  });
});
