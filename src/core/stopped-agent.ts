import type { Failure } from './codes.ts';
import type { AgentId } from './ids.ts';
import type { Result } from './result.ts';
import type { Instant } from './units.ts';

/** An agent that somebody stopped: nothing of it passes until somebody lets it go on. */
export interface StoppedAgent {
  readonly agent: AgentId;
  readonly at: Instant;
  /** Who did it, and why where a reason was given. */
  readonly by: string;
  readonly reason?: string | undefined;
}

/** Stopped agents, shared by all replicas. Every failure is store_unavailable. */
export interface StoppedAgentStore {
  /** By name. */
  list(): Promise<Result<readonly StoppedAgent[], Failure>>;
  /** False where it is stopped already: the first stop stands, since its time is evidence. */
  stop(stopped: StoppedAgent): Promise<Result<boolean, Failure>>;
  /** False where it is not stopped. */
  resume(agent: AgentId): Promise<Result<boolean, Failure>>;
}
