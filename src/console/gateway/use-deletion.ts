import type { Problem } from './problem.ts';
import { useSeat } from './use-gateway.ts';

/** Deletes what is at a path, says so and tells; or yields why it was not done. */
export function useDeletion(path: string, said: string, onDone: () => void): () => Promise<Problem | undefined> {
  const { gateway, announce } = useSeat();
  return async () => {
    const answer = await gateway.delete(path);
    if (!answer.ok) return answer.problem;
    announce(said);
    onDone();
    return undefined;
  };
}
