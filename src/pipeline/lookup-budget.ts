import type { AgentId } from '../core/ids.ts';
import type { Clock } from '../core/ports.ts';
import type { Milliseconds } from '../core/units.ts';

/** How many distinct names one agent may have looked up, and in which time. */
export interface BudgetLimits {
  readonly names: number;
  readonly every: Milliseconds;
}

export const DEFAULT_BUDGET: BudgetLimits = { names: 1_000, every: 24 * 3_600_000 };

/**
 * Bounds what an agent can say through DNS where a rule opens it (`hosts: ["*"]`, contract §4.1.6) or observe mode looks
 * names up that no rule covers: every new name is a message to whoever runs its zone.
 */
export class LookupBudget {
  readonly #limits: BudgetLimits;
  readonly #clock: Clock;
  readonly #spent = new Map<AgentId, { since: number; names: Set<string> }>();

  constructor(limits: BudgetLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Takes one name out of the agent's budget; a name that was paid for is free. False: nothing may be looked up. */
  spend(agent: AgentId, name: string): boolean {
    const now = this.#clock.monotonic();
    let account = this.#spent.get(agent);
    if (account === undefined || now - account.since >= this.#limits.every) {
      account = { since: now, names: new Set() };
      this.#spent.set(agent, account);
    }
    if (account.names.has(name)) return true;
    if (account.names.size >= this.#limits.names) return false;
    account.names.add(name);
    return true;
  }
}
