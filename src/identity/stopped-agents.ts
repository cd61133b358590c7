import type { Failure } from '../core/codes.ts';
import type { AgentId } from '../core/ids.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { StoppedAgent, StoppedAgentStore } from '../core/stopped-agent.ts';
import type { Reidentify } from './reidentify.ts';

/** Which agents are stopped, in memory, since every request asks; read again whenever the store has changed. */
export class StoppedAgents {
  readonly #store: Pick<StoppedAgentStore, 'list'>;
  #stopped: ReadonlyMap<AgentId, StoppedAgent> = new Map();
  #reading: Promise<Result<void, Failure>> | undefined;
  #isOutdated = false;

  private constructor(store: Pick<StoppedAgentStore, 'list'>) {
    this.#store = store;
  }

  /** @failure store_unavailable: nobody can tell, so nobody may pass */
  static async open(store: Pick<StoppedAgentStore, 'list'>): Promise<Result<StoppedAgents, Failure>> {
    const agents = new StoppedAgents(store);
    const read = await agents.refresh();
    return read.ok ? ok(agents) : read;
  }

  /**
   * Reads them again. Whoever asks while they are read gets what is read after that.
   * @failure store_unavailable; what was known stays, and so does who is stopped
   */
  async refresh(): Promise<Result<void, Failure>> {
    if (this.#reading !== undefined) {
      this.#isOutdated = true;
      return this.#reading;
    }
    this.#reading = this.#read();
    try {
      return await this.#reading;
    } finally {
      this.#reading = undefined;
    }
  }

  /** @failure agent_stopped */
  check(agent: AgentId): Result<void, Failure> {
    const stopped = this.#stopped.get(agent);
    if (stopped === undefined) return ok(undefined);
    return fail({ code: 'agent_stopped', detail: `"${agent}" was stopped at ${new Date(stopped.at).toISOString()}` });
  }

  async #read(): Promise<Result<void, Failure>> {
    for (;;) {
      this.#isOutdated = false;
      const listed = await this.#store.list();
      if (!listed.ok) return listed;
      this.#stopped = new Map(listed.value.map((stopped) => [stopped.agent, stopped]));
      if (!this.#isOutdated) return ok(undefined);
    }
  }
}

/** Identification, for what runs already, that ends with its agent. */
export function reidentifyUnlessStopped(reidentify: Reidentify, stopped: Pick<StoppedAgents, 'check'>): Reidentify {
  return async (subject, clientAddress) => {
    const goesOn = stopped.check(subject.attributes.agent);
    return goesOn.ok ? reidentify(subject, clientAddress) : goesOn;
  };
}
