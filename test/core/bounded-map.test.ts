import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedMap } from '../../src/core/bounded-map.ts';

describe('BoundedMap', () => {
  it('BoundedMap keeps what is used and lets go of what is not', () => {
    const map = new BoundedMap<string, number>(3);
    map.set('a', 1);
    map.set('b', 2);
    map.set('c', 3);
    expect(map.get('a')).toBe(1);
    expect(map.set('d', 4)).toBe(2);
    expect([...map].map(([key]) => key).sort()).toEqual(['a', 'c', 'd']);
    expect(map.set('e', 5)).toBe(3);
    // `a` has lost its mark by being passed over.
    expect(map.set('f', 6)).toBe(1);
  });

  it('BoundedMap makes room even where everything is in use', () => {
    const map = new BoundedMap<number, number>(4);
    for (let key = 0; key < 4; key++) map.set(key, key);
    for (let key = 0; key < 4; key++) map.get(key);
    expect(map.set(4, 4)).toBe(0);
    expect(map.size).toBe(4);
  });

  it('BoundedMap never holds more than its capacity and never a value of another key', () => {
    const operation = fc.record({ key: fc.nat(20), kind: fc.constantFrom('get', 'set', 'delete') });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.array(operation, { maxLength: 200 }), (capacity, operations) => {
        const map = new BoundedMap<number, string>(capacity);
        for (const { key, kind } of operations) {
          if (kind === 'set') map.set(key, `value of ${key}`);
          else if (kind === 'delete') map.delete(key);
          const found = map.get(key);
          expect(found === undefined || found === `value of ${key}`).toBe(true);
          expect(kind !== 'set' || found !== undefined).toBe(true);
          expect(map.size).toBeLessThanOrEqual(capacity);
        }
      }),
    );
  });
});
