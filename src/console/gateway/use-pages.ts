import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Gateway } from './gateway.ts';
import type { Answer, Problem } from './problem.ts';
import { useSeat } from './use-gateway.ts';

interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

export interface Pages<T> {
  /** Undefined before the first answer. */
  readonly items: readonly T[] | undefined;
  readonly problem: Problem | undefined;
  readonly hasMore: boolean;
  readonly more: () => void;
  readonly again: () => void;
}

/** A list of the gateway, page by page; when something changes, all pages that are shown are asked for again. */
export function usePages<T>(path: string): Pages<T> {
  const { gateway, changes } = useSeat();
  const [shown, setShown] = useState<{ path: string; page?: Page<T>; problem?: Problem }>({ path });
  const [wanted, setWanted] = useState({ path, pages: 1 });
  const [asked, setAsked] = useState(0);
  const pages = wanted.path === path ? wanted.pages : 1;
  useEffect(() => {
    let isCurrent = true;
    void readPages<T>(gateway, path, pages).then((answer) => {
      if (!isCurrent) return;
      setShown((before) => {
        const kept = before.path === path && before.page !== undefined ? { page: before.page } : {};
        return answer.ok ? { path, page: answer.value } : { path, ...kept, problem: answer.problem };
      });
    });
    return () => {
      isCurrent = false;
    };
  }, [gateway, path, pages, changes, asked]);
  const current = shown.path === path ? shown : { path };
  return {
    items: current.page?.items,
    problem: current.problem,
    hasMore: current.page?.next !== undefined,
    more: useCallback(() => setWanted({ path, pages: pages + 1 }), [path, pages]),
    again: useCallback(() => setAsked((before) => before + 1), []),
  };
}

async function readPages<T>(gateway: Gateway, path: string, pages: number): Promise<Answer<Page<T>>> {
  const items: T[] = [];
  let next: string | undefined;
  for (let read = 0; read < pages && (read === 0 || next !== undefined); read++) {
    const answer = await gateway.get<Page<T>>(next === undefined ? path : `${path}&after=${next}`);
    if (!answer.ok) return answer;
    items.push(...answer.value.items);
    next = answer.value.next;
  }
  return { ok: true, value: { items, ...(next !== undefined && { next }) } };
}
