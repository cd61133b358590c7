import { describe, expect, it } from 'vitest';
import { watchChanges } from '../../src/store/change-watch.ts';

const INTERVAL = 10;

async function changesOf(version: () => Promise<string>): Promise<number> {
  let changes = 0;
  using watch = watchChanges(version, INTERVAL);
  watch.subscribe(() => changes++);
  await new Promise((resolve) => setTimeout(resolve, INTERVAL * 6));
  return changes;
}

describe('watchChanges()', () => {
  it('is silent while the version stays', async () => {
    expect(await changesOf(() => Promise.resolve('1'))).toBe(0);
  });

  it('tells of each change', async () => {
    let version = 0;
    expect(await changesOf(() => Promise.resolve(String(version++)))).toBeGreaterThan(1);
  });

  it('tells at every look while the version cannot be had, so that nobody trusts a cache', async () => {
    expect(await changesOf(() => Promise.reject(new Error('gone')))).toBeGreaterThan(1);
  });

  it('tells at every look while there is no answer', async () => {
    expect(await changesOf(() => new Promise(() => {}))).toBeGreaterThan(1);
  });
});
