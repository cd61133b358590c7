import type { IpAddress } from '../core/address.ts';
import { BoundedMap } from '../core/bounded-map.ts';
import type { AgentDeclaration, IdentifyEntry, Workload } from '../core/agent.ts';
import type { AgentId } from '../core/ids.ts';
import { cidrContains } from '../wire/address/cidr.ts';
import { isWorkload } from './workload/workload.ts';

/** The agent that a connection identifies by itself, and by what. */
export interface ConnectionMatch {
  readonly agent: AgentDeclaration;
  /** As the record names it: `cidr:10.1.0.0/16`, `certificate:spiffe://acme/bot`. */
  readonly by: string;
}

/** What a connection shows of its client. */
export interface ShownByConnection {
  readonly source: IpAddress;
  /** Of a client certificate that verifies; none where there is none. */
  readonly names: readonly string[];
}

type Match = ConnectionMatch | 'none' | 'ambiguous';

/** Most source addresses whose answer is remembered. */
const MEMO_CAPACITY = 4096;

/** The declared agents of one policy, arranged for look-up. */
export class AgentIndex {
  readonly #byId: ReadonlyMap<AgentId, AgentDeclaration>;
  readonly #agents: readonly AgentDeclaration[];
  /** Names of certificates that some agent is known by. */
  readonly #certificates: ReadonlySet<string>;
  readonly #memo = new BoundedMap<string, Match>(MEMO_CAPACITY);

  constructor(agents: readonly AgentDeclaration[]) {
    this.#agents = agents;
    this.#certificates = new Set(agents.flatMap(({ identify }) => identify.flatMap(({ certificate }) => certificate ?? [])));
    this.#byId = new Map(agents.map((agent) => [agent.attributes.agent, agent]));
  }

  find(id: AgentId): AgentDeclaration | undefined {
    return this.#byId.get(id);
  }

  /**
   * Which agent this connection is of, without a token; `ambiguous`: two claim it. A certificate goes before the address: of an
   * agent, it identifies that one or nobody, so that one that was stolen does not pass for whoever has the address.
   */
  byConnection(shown: ShownByConnection): Match {
    const key = shown.names.length === 0 ? shown.source.text : JSON.stringify([shown.source.text, shown.names]);
    const known = this.#memo.get(key);
    if (known !== undefined) return known;
    const match = this.#match(
      shown,
      shown.names.some((name) => this.#certificates.has(name)),
    );
    this.#memo.set(key, match);
    return match;
  }

  #match(shown: ShownByConnection, byCertificate: boolean): Match {
    let match: ConnectionMatch | undefined;
    for (const agent of this.#agents) {
      const by = evidenceOf(agent, shown, byCertificate);
      if (by === undefined) continue;
      if (match !== undefined) return 'ambiguous';
      match = { agent, by };
    }
    return match ?? 'none';
  }
}

/**
 * Whether some entry of the agent holds for a verified token of this agent presented on this connection. One that was exchanged
 * counts for entries that know its workload, any other for those that ask for none.
 */
export function acceptsToken(agent: AgentDeclaration, shown: ShownByConnection, workload?: Workload): boolean {
  return agent.identify.some((entry) => {
    if (entry.oidc !== undefined || workload !== undefined) return isWorkload(entry.oidc, workload) && showsAll(entry, shown);
    const asksForMore = entry.cidr !== undefined || entry.certificate !== undefined;
    return (entry.token || asksForMore) && showsAll(entry, shown);
  });
}

function evidenceOf(agent: AgentDeclaration, shown: ShownByConnection, byCertificate: boolean): string | undefined {
  for (const entry of agent.identify) {
    const { token, cidr, certificate, oidc } = entry;
    // Without a block or a certificate the entry asks for nothing that a connection can show.
    if (token || oidc !== undefined || (certificate !== undefined) !== byCertificate || !showsAll(entry, shown)) continue;
    if (certificate !== undefined) return `certificate:${certificate}`;
    const block = cidr?.find((each) => cidrContains(each, shown.source));
    if (block !== undefined) return `cidr:${block.text}`;
  }
  return undefined;
}

/** Whether a connection shows all that an entry asks of a connection. */
function showsAll({ cidr, certificate }: IdentifyEntry, { source, names }: ShownByConnection): boolean {
  if (certificate !== undefined && !names.includes(certificate)) return false;
  return cidr === undefined || cidr.some((each) => cidrContains(each, source));
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
