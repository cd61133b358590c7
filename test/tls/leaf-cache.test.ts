import { createSecureContext } from 'node:tls';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostText, type Host } from '../../src/core/address.ts';
import { fail, ok } from '../../src/core/result.ts';
import { LeafCache, type Leaf } from '../../src/tls/leaf-cache.ts';
import { ManualClock } from '../support/clock.ts';
import { host } from '../support/host.ts';

const LIFETIME = 1_000;

function newCache(capacity?: number): { cache: LeafCache; issued: string[]; clock: ManualClock } {
  const clock = new ManualClock('2026-11-22T12:00:00Z');
  const issued: string[] = [];
  const issue = (name: Host) => {
    issued.push(hostText(name));
    const leaf: Leaf = { context: createSecureContext(), notBefore: clock.now() - 100, renewAt: clock.now() + LIFETIME };
    return ok(leaf);
  };
  return { cache: new LeafCache(issue, clock, capacity), issued, clock };
}

describe('LeafCache', () => {
  it('issues once for callers at the same time', async () => {
    const { cache, issued } = newCache();
    const contexts = await Promise.all(
      Array.from({ length: 50 }, async () => {
        await Promise.resolve();
        return cache.context(host('a.example'));
      }),
    );
    expect(issued).toEqual(['a.example']);
    expect(new Set(contexts.map((each) => each.ok && each.value)).size).toBe(1);
  });

  it('drops the least recently used beyond its capacity', () => {
    const { cache, issued } = newCache(2);
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) cache.context(host(`${name}.example`));
    expect(issued).toEqual(['a.example', 'b.example', 'c.example', 'b.example']);
    expect(cache.size).toBe(2);
  });

  it('never holds more than its capacity, whatever is asked', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 100 }),
        fc.integer({ min: 1, max: 8 }),
        (asked, capacity) => {
          const { cache } = newCache(capacity);
          for (const n of asked) cache.context(host(`n${n}.example`));
          expect(cache.size).toBeLessThanOrEqual(capacity);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('issues anew at the time to renew, and when the clock steps back before the leaf began', () => {
    const { cache, issued, clock } = newCache();
    const ask = (): number => {
      cache.context(host('a.example'));
      return issued.length;
    };
    expect(ask()).toBe(1);
    clock.advance(LIFETIME - 1);
    expect(ask()).toBe(1);
    clock.advance(1);
    expect(ask()).toBe(2);
    clock.step(-99);
    expect(ask()).toBe(2);
    clock.step(-2);
    expect(ask()).toBe(3);
  });

  it('tells an address from a name that looks like it', () => {
    const { cache, issued } = newCache();
    cache.context(host('[::1]'));
    cache.context({ kind: 'name', name: '::1' });
    expect(issued).toEqual(['[::1]', '::1']);
  });

  it('keeps no refusal', () => {
    let refusals = 0;
    const cache = new LeafCache(() => {
      refusals += 1;
      return fail({ code: 'internal_error', detail: 'no' });
    }, new ManualClock('2026-11-22T12:00:00Z'));
    expect(cache.context(host('a.example')).ok).toBe(false);
    expect(cache.context(host('a.example')).ok).toBe(false);
    expect([refusals, cache.size]).toEqual([2, 0]);
  });
});
