import type { Failure } from '../../core/codes.ts';

/** A step on the way of an answer. */
interface Step {
  settled(): Promise<Failure | undefined>;
}

/** What went wrong first on the way from the origin to the client, once nothing more is on that way. */
export async function firstFailure(steps: readonly (Step | undefined)[]): Promise<Failure | undefined> {
  for (const step of steps) {
    const failure = await step?.settled();
    if (failure !== undefined) return failure;
  }
  return undefined;
}
