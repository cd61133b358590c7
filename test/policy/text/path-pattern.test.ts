import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePathPattern } from '../../../src/policy/text/path-pattern.ts';
import { threadTime } from '../../support/thread-time.ts';

function matches(pattern: string, path: string): boolean {
  const parsed = parsePathPattern(pattern);
  if (!parsed.ok) throw new Error(parsed.failure);
  return parsed.value.matches(path);
}

/** The meaning of a path glob, written down without a thought for cost. */
function oracle(pattern: readonly string[], path: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return path.length === 0;
  if (first === '**') return path.some((_, i) => oracle(rest, path.slice(i))) || oracle(rest, []);
  return path.length > 0 && segmentOracle(first, path[0]!) && oracle(rest, path.slice(1));
}

function segmentOracle(glob: string, text: string): boolean {
  if (glob === '') return text === '';
  if (glob.startsWith('*')) return segmentOracle(glob.slice(1), text) || (text !== '' && segmentOracle(glob, text.slice(1)));
  return text.startsWith(glob[0]!) && segmentOracle(glob.slice(1), text.slice(1));
}

describe('parsePathPattern()', () => {
  it.each([
    ['/v1', '/v1', true],
    ['/v1', '/v1/', false],
    ['/v1', '/v10', false],
    ['/v1/**', '/v1', true],
    ['/v1/**', '/v1/', true],
    ['/v1/**', '/v1/a/b', true],
    ['/v1/**', '/v1a', false],
    ['/v1/**', '/v2', false],
    ['/**', '/', true],
    ['/**', '/a/b', true],
    ['/*', '/a', true],
    ['/*', '/a/b', false],
    ['/v*/chat', '/v1/chat', true],
    ['/v*/chat', '/v/chat', true],
    ['/v*/chat', '/v1/x/chat', false],
    ['/a/**/z', '/a/z', true],
    ['/a/**/z', '/a/b/c/z', true],
    ['/a/**/z', '/a/b/c/zz', false],
    ['/**/admin/**', '/api/admin', true],
    ['/**/admin/**', '/api/administration', false],
    ['/model/*/invoke', '/model/eu.anthropic.claude/invoke', true],
    ['/%61dmin', '/admin', true],
    ['/a b', '/a%20b', true],
  ])('%s against %s: %s', (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  it('matches nothing that is no path: the path of a CONNECT is empty', () => {
    expect(matches('/**', '')).toBe(false);
    expect(matches('/*', '*')).toBe(false);
  });

  it.each([
    ['v1/**', 'Found "v1/**", expected a path that starts with "/"'],
    ['', 'Found "", expected a path that starts with "/"'],
    ['/v1?x=1', 'Found "/v1?x=1", expected a path without query and fragment'],
    ['/a**b', 'Found "a**b" in "/a**b", expected "**" to be a whole segment'],
    ['/a/../b', 'Found "/a/../b", expected a path without empty or dot segments, "\\", ";" and escaped slashes'],
    ['/a//b', 'Found "/a//b", expected a path without empty or dot segments, "\\", ";" and escaped slashes'],
    ['/a%2Fb', 'Found "/a%2Fb", expected a path without empty or dot segments, "\\", ";" and escaped slashes'],
  ])('refuses %j', (pattern, failure) => {
    expect(parsePathPattern(pattern)).toEqual({ ok: false, failure });
  });

  it('agrees with the naive meaning of globs', () => {
    const segment = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 4 });
    const glob = segment.filter((text) => !text.includes('**'));
    const pattern = fc.array(fc.oneof(glob, fc.constant('**')), { minLength: 1, maxLength: 5 });
    const path = fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(pattern, path, fc.boolean(), (globs, segments, endsInSlash) => {
        const all = endsInSlash ? [...segments, ''] : segments;
        expect(matches(`/${globs.join('/')}`, `/${all.join('/')}`)).toBe(oracle(globs, all));
      }),
      { numRuns: 3000 },
    );
  });

  it('takes linear time where backtracking would take for ever', () => {
    const pattern = `/${'*a'.repeat(60)}`;
    const nested = `${'/**/a'.repeat(40)}/z`;
    const started = threadTime();
    expect(matches(pattern, `/${'a'.repeat(8000)}b`)).toBe(false);
    expect(matches(nested, `${'/a'.repeat(4000)}/b`)).toBe(false);
    expect(threadTime() - started).toBeLessThan(500);
  });
});
