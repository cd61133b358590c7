import type { AgentDesk, SeenAgent } from '../../admin/access/agent-desk.ts';
import type { Refusal } from '../../admin/problem.ts';
import type { AgentDeclaration } from '../../core/agent.ts';
import type { ApprovalStore } from '../../core/approval/approval-store.ts';
import type { Failure } from '../../core/codes.ts';
import type { AgentId } from '../../core/ids.ts';
import type { RecordAdmin } from '../../core/people/admin-entry.ts';
import type { Principal } from '../../core/people/principal.ts';
import type { Clock } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { StoppedAgent, StoppedAgentStore } from '../../core/stopped-agent.ts';
import { onRecord } from '../people/on-record.ts';
import { coversAgent } from '../people/scope.ts';
import { unavailable } from '../people/unavailable.ts';

export interface AgentDeskParts {
  readonly store: StoppedAgentStore;
  readonly approvals: Pick<ApprovalStore, 'cancelOf'>;
  /** Of the policy in force. */
  readonly agents: () => readonly AgentDeclaration[];
  /** Exchanges and tunnels that run here, by agent. */
  readonly running: () => ReadonlyMap<string, number>;
  /** Tells others that the store has changed; resolves once this process knows. */
  readonly changed: () => Promise<unknown>;
  readonly record: RecordAdmin;
  readonly clock: Clock;
}

/** Agents, as people see, stop and resume them. */
export function createAgentDesk(parts: AgentDeskParts): AgentDesk {
  return {
    list: (by) => listed(by, parts),
    stop: async (id, reason, by) => {
      const found = await find(id, by, parts);
      if (!found.ok || found.value.stopped !== undefined) return found;
      const stopped: StoppedAgent = { agent: id as AgentId, at: parts.clock.now(), by: by.person, reason };
      const done = await onRecord(entryOf('agent.stopped', id, reason, by), () => stop(stopped, parts), parts.record);
      return done.ok ? find(id, by, parts) : done;
    },
    resume: async (id, reason, by) => {
      const found = await find(id, by, parts);
      if (!found.ok) return found;
      if (found.value.stopped === undefined) return fail({ status: 409, detail: `"${id}" is not stopped` });
      const resumed = await onRecord(
        entryOf('agent.resumed', id, reason, by),
        () => parts.store.resume(id as AgentId),
        parts.record,
      );
      await parts.changed();
      return resumed.ok ? find(id, by, parts) : resumed;
    },
  };
}

/** Others learn of it at once; then nothing that is asked anew can come behind what is withdrawn. */
async function stop(
  stopped: StoppedAgent,
  { store, approvals, clock, changed }: AgentDeskParts,
): Promise<Result<void, Failure>> {
  const stored = await store.stop(stopped);
  if (!stored.ok) return stored;
  await changed();
  const withdrawn = await approvals.cancelOf(stopped.agent, clock.now());
  return withdrawn.ok ? ok(undefined) : withdrawn;
}

async function listed(by: Principal, parts: AgentDeskParts): Promise<Result<readonly SeenAgent[], Refusal>> {
  const stored = await parts.store.list();
  if (!stored.ok) return fail(unavailable(stored.failure));
  const declared = new Map(parts.agents().map((agent) => [agent.attributes.agent as string, agent]));
  const stopped = new Map(stored.value.map((each) => [each.agent as string, each]));
  const running = parts.running();
  return ok(
    [...new Set([...declared.keys(), ...stopped.keys()])]
      .filter((id) => coversAgent(by, declared.get(id)))
      .sort()
      .map((id) => ({ id, declared: declared.get(id), running: running.get(id) ?? 0, stopped: stopped.get(id) })),
  );
}

async function find(id: string, by: Principal, parts: AgentDeskParts): Promise<Result<SeenAgent, Refusal>> {
  const all = await listed(by, parts);
  if (!all.ok) return all;
  const found = all.value.find((agent) => agent.id === id);
  // What is out of scope does not exist for this person.
  return found === undefined ? fail({ status: 404, detail: 'No such agent' }) : ok(found);
}

function entryOf(action: 'agent.stopped' | 'agent.resumed', id: string, reason: string | undefined, by: Principal) {
  return { by, action, subject: `agent:${id}`, ...(reason !== undefined && { details: { reason } }) } as const;
}
