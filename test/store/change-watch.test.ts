import { describe, expect, it } from 'vitest';
import { watchChanges } from '../../src/store/change-watch.ts';

const INTERVAL = 10;

/** Resolves when the subscribers were called that often; the time limit of the test is what ends it otherwise. */
async function changes(count: number, version: () => Promise<string>, known?: string): Promise<void> {
  using watch = watchChanges(version, INTERVAL, known);
  let calls = 0;
  await new Promise<void>((resolve) => {
    watch.subscribe(() => {
      if (++calls === count) resolve();
    });
  });
}

/** How often they were called before the version was asked for that often. */
async function changesWithin(looks: number, version: () => Promise<string>): Promise<number> {
  let calls = 0;
  let left = looks;
  const looked = Promise.withResolvers<void>();
  const counted = (): Promise<string> => {
    if (left-- === 0) looked.resolve();
    return version();
  };
  using watch = watchChanges(counted, INTERVAL);
  watch.subscribe(() => calls++);
  await looked.promise;
  return calls;
}

describe('watchChanges()', () => {
  it('is silent while the version stays', async () => {
    expect(await changesWithin(5, () => Promise.resolve('1'))).toBe(0);
  });

  it('tells of each change', async () => {
    let version = 0;
    await changes(3, () => Promise.resolve(String(version++)));
  });

  it('tells at its first look of what has changed since the known version', async () => {
    await changes(1, () => Promise.resolve('2'), '1');
  });

  it('tells at every look while the version cannot be had, so that nobody trusts a cache', async () => {
    await changes(3, () => Promise.reject(new Error('gone')));
  });

  it('tells at every look while there is no answer', async () => {
    await changes(3, () => new Promise(() => {}));
  });

  it('tells when it is woken, and nobody who has left', () => {
    using watch = watchChanges(() => Promise.resolve('1'), INTERVAL);
    let calls = 0;
    const subscription = watch.subscribe(() => calls++);
    watch.wake();
    subscription[Symbol.dispose]();
    watch.wake();
    expect(calls).toBe(1);
  });
});
