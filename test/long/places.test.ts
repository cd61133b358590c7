import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bothWays, misleadingText } from '../masking/support/places-oracle.ts';

const encoder = new TextEncoder();

describe('PlaceFinder at length', () => {
  it('passes over nothing in a million texts put together at random', () => {
    fc.assert(
      fc.property(misleadingText, (text) => {
        const [quick, thorough] = bothWays(encoder.encode(text));
        expect(quick).toEqual(thorough);
      }),
      { numRuns: 1_000_000 },
    );
  });
});
