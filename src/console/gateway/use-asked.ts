import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Answer, Problem } from './problem.ts';
import { useSeat } from './use-gateway.ts';

export interface Asked<T> {
  /** The last that was answered; undefined before the first. */
  readonly value: T | undefined;
  /** Of the last answer. */
  readonly problem: Problem | undefined;
  /** Asks at once. */
  readonly again: () => void;
  /** Puts in what an action has answered, which is newer. */
  readonly replace: (value: T) => void;
}

/**
 * What the gateway answers about a path, asked again whenever something changes. While it does not answer, what it said last of
 * this path stays.
 * @param ask asks it; another function asks anew
 * @param moved a count that moves when it is to be asked again; default: that of changes
 */
export function useAsked<T>(path: string, ask: () => Promise<Answer<T>>, moved?: number): Asked<T> {
  const { changes } = useSeat();
  const counted = moved ?? changes;
  const [shown, setShown] = useState<{ path: string; value?: T; problem?: Problem }>({ path });
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    void ask().then((answer) => {
      if (!isCurrent) return;
      setShown((before) => {
        const kept = before.path === path && before.value !== undefined ? { value: before.value } : {};
        return answer.ok ? { path, value: answer.value } : { path, ...kept, problem: answer.problem };
      });
    });
    return () => {
      isCurrent = false;
    };
  }, [path, ask, counted, asked]);
  const again = useCallback(() => setAsked((before) => before + 1), []);
  const replace = useCallback((value: T) => setShown({ path, value }), [path]);
  // Of another path: never shown under this one.
  const current = shown.path === path ? shown : { path };
  return { value: current.value, problem: current.problem, again, replace };
}
