import { useCallback, useState } from 'preact/hooks';
import type { Gateway } from './gateway.ts';
import type { Answer, Problem } from './problem.ts';
import { useAsked } from './use-asked.ts';
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
export function usePages<T>(path: string, moved?: number): Pages<T> {
  const { gateway } = useSeat();
  const [wanted, setWanted] = useState({ path, pages: 1 });
  const pages = wanted.path === path ? wanted.pages : 1;
  const ask = useCallback(() => readPages<T>(gateway, path, pages), [gateway, path, pages]);
  const { value, problem, again } = useAsked(path, ask, moved);
  return {
    items: value?.items,
    problem,
    hasMore: value?.next !== undefined,
    more: useCallback(() => setWanted({ path, pages: pages + 1 }), [path, pages]),
    again,
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
