import { useCallback } from 'preact/hooks';
import { type Asked, useAsked } from './use-asked.ts';
import { useSeat } from './use-gateway.ts';

/** What the gateway answers at a path. */
export function useAnswer<T>(path: string, moved?: number): Asked<T> {
  const { gateway } = useSeat();
  return useAsked(
    path,
    useCallback(() => gateway.get<T>(path), [gateway, path]),
    moved,
  );
}
