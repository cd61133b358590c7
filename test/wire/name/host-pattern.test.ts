import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesHost, parseHostPattern, type HostPattern } from '../../../src/wire/name/host-pattern.ts';

function pattern(text: string): HostPattern {
  const result = parseHostPattern(text);
  if (!result.ok) throw new Error(result.failure);
  return result.value;
}

describe('parseHostPattern', () => {
  it.each([
    ['*', { kind: 'any', text: '*' }],
    ['API.Example.com.', { kind: 'exact', name: 'api.example.com', text: 'API.Example.com.' }],
    ['*.Example.COM', { kind: 'suffix', suffix: 'example.com', text: '*.Example.COM' }],
    ['localhost', { kind: 'exact', name: 'localhost', text: 'localhost' }],
    ['*.a.co.uk', { kind: 'suffix', suffix: 'a.co.uk', text: '*.a.co.uk' }],
  ])('parseHostPattern() reads %s', (text, expected) => {
    expect(parseHostPattern(text)).toEqual({ ok: true, value: expected });
  });

  it.each(['*example.com', 'a.*.b', 'api.*', '*.*.example.com', '**', '*.', '.example.com', '*.example.com:443', 'a b', ''])(
    'parseHostPattern() refuses %j (NAME-12)',
    (text) => expect(parseHostPattern(text).ok).toBe(false),
  );

  it.each(['*.com', '*.internal', '*.co.uk', '*.CO.UK.', '*.com.au', '*.org.br', '*.ac.jp', '*.uk.com'])(
    'parseHostPattern() refuses a glob over unrelated owners: %s (NAME-12)',
    (text) => {
      const result = parseHostPattern(text);
      expect(result.ok ? '' : result.failure).toContain('unrelated owners');
    },
  );

  it.each(['10.0.0.1', '::1', '[2001:db8::1]'])('parseHostPattern() sends addresses to "addresses": %s', (text) => {
    const result = parseHostPattern(text);
    expect(result.ok ? '' : result.failure).toContain('"addresses"');
  });

  it('parseHostPattern() refuses U-labels and names the A-label (NAME-03)', () => {
    const result = parseHostPattern('*.bücher.example');
    expect(result.ok ? '' : result.failure).toContain('xn--bcher-kva.example');
  });
});

describe('matchesHost', () => {
  it.each([
    ['example.com', 'example.com', true],
    ['example.com', 'evilexample.com', false],
    ['example.com', 'example.com.evil.net', false],
    ['example.com', 'a.example.com', false],
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', 'a.b.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'evilexample.com', false],
    ['*.example.com', 'a.example.com.evil.net', false],
    ['*.example.com', '.example.com', false],
    ['*', 'anything', true],
  ])('matchesHost() compares whole labels (NAME-06, NAME-12): %s against %s', (text, name, expected) => {
    expect(matchesHost(pattern(text), name)).toBe(expected);
  });

  it('matchesHost() of a suffix is: some labels, then the suffix', () => {
    const label = fc.stringMatching(/^[a-z]{1,3}$/);
    const labels = fc.array(label, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(labels, label, label, (name, a, b) => {
        const suffix = [`${a}x`, `${b}longer`];
        const glob = pattern(`*.${suffix.join('.')}`);
        expect(matchesHost(glob, [...name, ...suffix].join('.'))).toBe(true);
        expect(matchesHost(glob, `${name.join('.')}${suffix.join('.')}`)).toBe(false);
        expect(matchesHost(glob, [...suffix, ...name].join('.'))).toBe(false);
      }),
    );
  });
});
