import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '../../../src/policy/text/nearest.ts';

describe('nearest()', () => {
  it.each([
    ['hosst', 'hosts'],
    ['mehtods', 'methods'],
    ['HOSTS', 'hosts'],
    ['adresses', 'addresses'],
    ['or_unknown', 'or-unknown'],
    ['rulez', 'rules'],
  ])('finds what %s was meant to be', (name, meant) => {
    expect(nearest(name, ['rules', 'hosts', 'methods', 'addresses', 'or-unknown', 'then'])).toBe(meant);
  });

  it('suggests nothing that is another word', () => {
    expect(nearest('content', ['rules', 'hosts', 'then'])).toBeUndefined();
    expect(nearest('n', ['k', 'm'])).toBeUndefined();
  });

  it('measures no text of unbounded length', () => {
    expect(nearest('x'.repeat(100_000), ['x'.repeat(100_001)])).toBeUndefined();
  });
});

describe('editDistance()', () => {
  const word = fc.string({ maxLength: 12 });

  it('is zero for equal words alone, symmetric, and never more than the longer word', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance === 0).toBe(a === b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });

  it('counts a swap of neighbours as one edit', () => {
    expect(editDistance('hosts', 'hsots')).toBe(1);
  });
});
