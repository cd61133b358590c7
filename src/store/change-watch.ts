import type { Milliseconds } from '../core/units.ts';

/** Tells its subscribers that a database has changed. */
export interface ChangeWatch extends Disposable {
  subscribe(listener: () => void): Disposable;
  /** Tells them now: somebody knows already. */
  wake(): void;
}

/**
 * Asks for the version of a database at an interval, and calls the subscribers when it differs from the last one, or
 * cannot be had: who caches must then not trust its cache.
 * @param known the version that is known already; without it the first answer is no change
 */
export function watchChanges(version: () => Promise<string>, interval: Milliseconds, known?: string): ChangeWatch {
  const listeners = new Set<() => void>();
  let last = known;
  let isAsking = false;

  const wake = (): void => {
    for (const listener of listeners) listener();
  };
  const ask = async (): Promise<void> => {
    if (isAsking) return wake();
    isAsking = true;
    try {
      const current = await version();
      if (last !== undefined && current !== last) wake();
      last = current;
    } catch {
      wake();
    } finally {
      isAsking = false;
    }
  };

  void ask();
  const timer = setInterval(() => void ask(), interval);
  timer.unref();
  return {
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    wake,
    [Symbol.dispose]() {
      clearInterval(timer);
      listeners.clear();
    },
  };
}
