import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pathPattern, pathPatterns } from '../../../src/policy/suggestion/path-pattern.ts';
import { parsePathPattern } from '../../../src/policy/text/path-pattern.ts';

describe('pathPattern()', () => {
  it.each([
    ['/v1/chat/completions', '/v1/chat/completions'],
    ['/users/4711/orders/8', '/users/*/orders/*'],
    ['/runs/0190b7e4-1d2c-7abc-8def-0123456789ab', '/runs/*'],
    ['/objects/da39a3ee5e6b4b0d3255bfef95601890afd80709', '/objects/*'],
    ['/files/file_8a7sd6f8as7d6f8a7s6d', '/files/*'],
    ['/mail/REDACTED_EMAIL/inbox', '/mail/*/inbox'],
    ['/decade', '/decade'],
    ['/', '/'],
  ])('%s: %s', (path, pattern) => {
    expect(pathPattern(path)).toBe(pattern);
  });
});

describe('pathPatterns()', () => {
  const path = fc
    .array(fc.oneof(fc.constantFrom('a', 'b', 'users', 'v1'), fc.stringMatching(/^[a-z0-9]{1,9}$/)), { maxLength: 4 })
    .map((segments) => `/${segments.join('/')}`);

  it('are few, and cover all that was asked for', () => {
    fc.assert(
      fc.property(fc.array(path, { minLength: 1, maxLength: 60 }), (paths) => {
        const patterns = pathPatterns(paths.map(pathPattern));
        expect(patterns.length).toBeLessThanOrEqual(12);
        const parsed = patterns.map((pattern) => parsePathPattern(pattern));
        for (const each of paths) {
          const isCovered = parsed.some((pattern) => pattern.ok && pattern.value.matches(each));
          expect(isCovered, `${each} by ${patterns.join(' ')}`).toBe(true);
        }
      }),
    );
  });

  it('keep what is not many apart', () => {
    expect(pathPatterns(['/b', '/a', '/b'])).toEqual(['/a', '/b']);
  });
});
