import { describe, expect, it } from 'vitest';
import { and, known, not, or, type Tri } from '../../src/policy/tri.ts';

const ALL: readonly Tri[] = ['yes', 'unknown', 'no'];

describe('three-valued logic', () => {
  it('and() is the weaker of the two, in the order yes, unknown, no', () => {
    const table = ALL.map((a) => ALL.map((b) => and(a, b)));
    expect(table).toEqual([
      ['yes', 'unknown', 'no'],
      ['unknown', 'unknown', 'no'],
      ['no', 'no', 'no'],
    ]);
  });

  it('or() is the stronger of the two', () => {
    const table = ALL.map((a) => ALL.map((b) => or(a, b)));
    expect(table).toEqual([
      ['yes', 'yes', 'yes'],
      ['yes', 'unknown', 'unknown'],
      ['yes', 'unknown', 'no'],
    ]);
  });

  it('not() swaps yes and no and leaves unknown', () => {
    expect(ALL.map(not)).toEqual(['no', 'unknown', 'yes']);
  });

  it('known() is never unknown', () => {
    expect([known(true), known(false)]).toEqual(['yes', 'no']);
  });
});
