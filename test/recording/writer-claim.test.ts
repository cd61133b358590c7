import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Random } from '../../src/core/ports.ts';
import { claimWriter, type WriterClaim } from '../../src/recording/chain/writer-claim.ts';
import { temporaryDirectory } from '../store/fixtures.ts';

/** Gives these bytes, one after the other. */
function randomOf(values: readonly number[], onNext = (_value: number): void => {}): Random {
  const left = [...values];
  return {
    bytes: (length) => {
      const value = left.shift() ?? 0xff;
      onNext(value);
      return new Uint8Array(length).fill(value);
    },
  };
}

function claimed(recordings: string, random: Random, named?: string): WriterClaim {
  const claim = claimWriter(recordings, random, named);
  if (!claim.ok) throw new Error(claim.failure.detail);
  return claim.value;
}

describe('claimWriter()', () => {
  it('takes a chain that nobody writes, before it begins another one', () => {
    const recordings = temporaryDirectory();
    const first = claimed(recordings, randomOf([1]));
    using second = claimed(recordings, randomOf([2]));
    expect([first.writer, second.writer]).toEqual([`w${'01'.repeat(8)}`, `w${'02'.repeat(8)}`]);
    first[Symbol.dispose]();
    using third = claimed(recordings, randomOf([3]));
    expect(third.writer).toBe(first.writer);
    expect(claimWriter(recordings, randomOf([]), first.writer)).toMatchObject({
      ok: false,
      failure: { code: 'audit_unavailable' },
    });
  });

  it('begins another one where a process that starts as well finds and claims the new one first', () => {
    const recordings = temporaryDirectory();
    using others = new DisposableStack();
    const random = randomOf([1, 2], (value) => {
      if (value === 1) others.use(claimed(recordings, randomOf([]), `w${'01'.repeat(8)}`));
    });
    using claim = claimed(recordings, random);
    expect(claim.writer).toBe(`w${'02'.repeat(8)}`);
    expect(readdirSync(recordings)).toHaveLength(2);
  });
});
