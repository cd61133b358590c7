import type { Milliseconds } from '../core/units.ts';

/** Tells its subscribers that a database has changed. */
export interface ChangeWatch extends Disposable {
  subscribe(listener: () => void): Disposable;
}

/**
 * Asks for the version of a database at an interval, and calls the subscribers when it differs from the last one, or
 * cannot be had: who caches must then not trust its cache.
 */
export function watchChanges(version: () => Promise<string>, interval: Milliseconds): ChangeWatch {
  const listeners = new Set<() => void>();
  let last: string | undefined;
  let isAsking = false;

  const ask = async (): Promise<void> => {
    if (isAsking) return notify();
    isAsking = true;
    try {
      const current = await version();
      if (last !== undefined && current !== last) notify();
      last = current;
    } catch {
      notify();
    } finally {
      isAsking = false;
    }
  };
  const notify = (): void => {
    for (const listener of listeners) listener();
  };

  void ask();
  const timer = setInterval(() => void ask(), interval);
  timer.unref();
  return {
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    [Symbol.dispose]() {
      clearInterval(timer);
      listeners.clear();
    },
  };
}
