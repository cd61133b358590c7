import { describe, expect, it } from 'vitest';
import type { Failure } from '../../../src/core/codes.ts';
import { fail, ok, type Result } from '../../../src/core/result.ts';
import { WriteBehind } from '../../../src/store/vault/write-behind.ts';

const DOWN: Failure = { code: 'store_unavailable', detail: 'down' };

describe('WriteBehind', () => {
  it('stores in order what is added at once, in as few batches as there may be', async () => {
    const batches: (readonly number[])[] = [];
    const writer = new WriteBehind<number>(async (batch) => {
      batches.push(batch);
      return ok(undefined);
    });
    for (let i = 0; i < 450; i++) writer.add(i);
    expect(batches).toEqual([]);
    expect(await writer.settled()).toEqual({ ok: true, value: undefined });
    expect(batches.map((batch) => batch.length)).toEqual([200, 200, 50]);
    expect(batches.flat()).toEqual(Array.from({ length: 450 }, (_, i) => i));
  });

  it('waits in settled() for what is added while it stores', async () => {
    const stored: number[] = [];
    const writer = new WriteBehind<number>(async (batch) => {
      if (stored.length === 0) writer.add(2);
      stored.push(...batch);
      return ok(undefined);
    });
    writer.add(1);
    await writer.settled();
    expect(stored).toEqual([1, 2]);
  });

  it('says in settled() that something is not stored, and stores it at the next call', async () => {
    const stored: number[] = [];
    let isDown = true;
    const writer = new WriteBehind<number>(async (batch): Promise<Result<void, Failure>> => {
      if (isDown) return fail(DOWN);
      stored.push(...batch);
      return ok(undefined);
    });
    writer.add(1);
    expect(await writer.settled()).toEqual({ ok: false, failure: DOWN });
    expect(await writer.settled()).toEqual({ ok: false, failure: DOWN });
    writer.add(2);
    isDown = false;
    expect(await writer.settled()).toEqual({ ok: true, value: undefined });
    expect(stored).toEqual([1, 2]);
  });
});
