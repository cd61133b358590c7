import type { AgentId } from '../../core/ids.ts';
import type { PreparedDestination, PreparedRule } from './prepared.ts';

/** A destination with the rules that lead to it, for one agent or for every agent. */
export interface Entry {
  readonly prepared: PreparedDestination;
  readonly rules: readonly PreparedRule[];
  /** Several patterns, or several addresses of one target, can lead here. */
  readonly repeatable: boolean;
}

/** The rules that lead to one destination, apart by agent. */
export interface Leading {
  readonly everyone: PreparedRule[];
  readonly byAgent: Map<AgentId, PreparedRule[]>;
}

/** The entries of one destination: made once, filed under each of its keys. */
export interface Entries {
  readonly everyone: Entry | undefined;
  readonly byAgent: readonly (readonly [AgentId, Entry])[];
}

/** The entries of a destination; `speaks`: it is worth visiting without a rule, for what it states. */
export function entriesOf(prepared: PreparedDestination, leading: Leading, repeatable: boolean, speaks: boolean): Entries {
  const { everyone } = leading;
  return {
    everyone: everyone.length > 0 || speaks ? { prepared, rules: everyone, repeatable } : undefined,
    byAgent: [...leading.byAgent].map(([agent, rules]) => [agent, { prepared, rules, repeatable }] as const),
  };
}

/** The entries under one key of the index: rules of other agents cost nothing. Large policies have many with one entry. */
export class Bucket {
  /** The bucket of the smallest block of addresses round this one's; absent for names. */
  enclosing: Bucket | undefined;
  #everyone: Entry[] | undefined;
  #byAgent: Map<AgentId, Entry[]> | undefined;

  add({ everyone, byAgent }: Entries): void {
    if (everyone !== undefined) {
      if (this.#everyone === undefined) this.#everyone = [everyone];
      else this.#everyone.push(everyone);
    }
    for (const [agent, entry] of byAgent) {
      this.#byAgent ??= new Map();
      const filed = this.#byAgent.get(agent);
      if (filed === undefined) this.#byAgent.set(agent, [entry]);
      else filed.push(entry);
    }
  }

  /** Adds the agent's entries to `found`, none of them twice. */
  collect(agent: AgentId, found: Entry[]): void {
    append(this.#everyone, found);
    if (this.#byAgent !== undefined) append(this.#byAgent.get(agent), found);
  }
}

function append(entries: readonly Entry[] | undefined, found: Entry[]): void {
  if (entries === undefined) return;
  for (const entry of entries) {
    if (!entry.repeatable || !found.includes(entry)) found.push(entry);
  }
}
