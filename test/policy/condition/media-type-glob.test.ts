import { describe, expect, it } from 'vitest';
import { matchesMediaType } from '../../../src/policy/condition/media-type-glob.ts';

describe('matchesMediaType()', () => {
  it.each([
    ['application/json', 'application/json', true],
    ['application/json', 'application/jsonl', false],
    ['text/*', 'text/plain', true],
    ['text/*', 'text', false],
    ['application/*+json', 'application/problem+json', true],
    ['application/*+json', 'application/json', false],
    ['*/json', 'application/json', true],
    ['*', 'image/png', true],
    ['application/a*b*b', 'application/ab', false],
    ['application/a*b*c', 'application/axxbyyc', true],
    ['image/*', 'application/image', false],
  ])('%s against %s: %s', (glob, type, expected) => {
    expect(matchesMediaType(glob, type)).toBe(expected);
  });

  it('takes linear time for a glob of many stars', () => {
    const glob = `text/${'a*'.repeat(200)}b`;
    expect(matchesMediaType(glob, `text/${'a'.repeat(5000)}`)).toBe(false);
  });
});
