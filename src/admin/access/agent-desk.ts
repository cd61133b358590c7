import type { AgentDeclaration } from '../../core/agent.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Result } from '../../core/result.ts';
import type { StoppedAgent } from '../../core/stopped-agent.ts';
import type { Refusal } from '../problem.ts';

/** An agent as people see it. */
export interface SeenAgent {
  readonly id: string;
  /** Absent where the policy in force declares it no more. */
  readonly declared?: AgentDeclaration | undefined;
  /** Exchanges and tunnels of it that run on this replica. */
  readonly running: number;
  readonly stopped?: StoppedAgent | undefined;
}

/** Agents, within the scope of who asks; given by `app`, which puts what is done to them on the record. */
export interface AgentDesk {
  /** Those of the policy, and those that are stopped, by name. */
  list(by: Principal): Promise<Result<readonly SeenAgent[], Refusal>>;
  /** Cuts all that runs of it, and lets nothing pass. What it waits for is withdrawn. @failure 404 no such agent */
  stop(id: string, reason: string | undefined, by: Principal): Promise<Result<SeenAgent, Refusal>>;
  /** @failure 404 no such agent, 409 it is not stopped */
  resume(id: string, reason: string | undefined, by: Principal): Promise<Result<SeenAgent, Refusal>>;
}
