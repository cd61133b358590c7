import type { IpAddress } from '../core/address.ts';
import { BoundedMap } from '../core/bounded-map.ts';
import type { AgentDeclaration, IdentifyEntry } from '../core/agent.ts';
import type { AgentId } from '../core/ids.ts';
import { cidrContains } from '../wire/address/cidr.ts';

/** The agent that a source address alone identifies, and by which block. */
export interface SourceMatch {
  readonly agent: AgentDeclaration;
  /** The block, as the record names it: `cidr:10.1.0.0/16`. */
  readonly by: string;
}

/** Most source addresses whose answer is remembered. */
const MEMO_CAPACITY = 4096;

/** The declared agents of one policy, arranged for look-up. */
export class AgentIndex {
  readonly #byId: ReadonlyMap<AgentId, AgentDeclaration>;
  readonly #agents: readonly AgentDeclaration[];
  readonly #memo = new BoundedMap<string, SourceMatch | 'none' | 'ambiguous'>(MEMO_CAPACITY);

  constructor(agents: readonly AgentDeclaration[]) {
    this.#agents = agents;
    this.#byId = new Map(agents.map((agent) => [agent.attributes.agent, agent]));
  }

  find(id: AgentId): AgentDeclaration | undefined {
    return this.#byId.get(id);
  }

  /** Which agent this source is, without credentials; `ambiguous` when two agents claim it. */
  bySource(source: IpAddress): SourceMatch | 'none' | 'ambiguous' {
    const known = this.#memo.get(source.text);
    if (known !== undefined) return known;
    const match = this.#matchSource(source);
    this.#memo.set(source.text, match);
    return match;
  }

  #matchSource(source: IpAddress): SourceMatch | 'none' | 'ambiguous' {
    let match: SourceMatch | undefined;
    for (const agent of this.#agents) {
      const cidr = matchingBlock(agent, source);
      if (cidr === undefined) continue;
      if (match !== undefined) return 'ambiguous';
      match = { agent, by: `cidr:${cidr}` };
    }
    return match ?? 'none';
  }
}

/** Whether some entry of the agent holds for a verified token of this agent presented from this source. */
export function acceptsToken(agent: AgentDeclaration, source: IpAddress): boolean {
  return agent.identify.some((entry) => {
    if (!isVerifiable(entry)) return false;
    return entry.cidr === undefined ? entry.token : entry.cidr.some((cidr) => cidrContains(cidr, source));
  });
}

function matchingBlock(agent: AgentDeclaration, source: IpAddress): string | undefined {
  for (const entry of agent.identify) {
    // Without a block the entry asks for nothing that a source address can show.
    if (!isVerifiable(entry) || entry.token || entry.cidr === undefined) continue;
    const block = entry.cidr.find((cidr) => cidrContains(cidr, source));
    if (block !== undefined) return block.text;
  }
  return undefined;
}

/** Certificates and OIDC are not verified yet, and what is not verified does not hold. */
function isVerifiable(entry: IdentifyEntry): boolean {
  return entry.certificate === undefined && entry.oidc === undefined;
}

/** Builds the index once per list of agents, which is once per policy. */
export function createIndexSource(directory: () => readonly AgentDeclaration[]): () => AgentIndex {
  let agents: readonly AgentDeclaration[] | undefined;
  let index = new AgentIndex([]);
  return () => {
    const current = directory();
    if (current !== agents) {
      agents = current;
      index = new AgentIndex(current);
    }
    return index;
  };
}
