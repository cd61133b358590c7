import type { Settings } from '../../config/settings-schema.ts';
import type { AgentId, TokenId } from '../../core/ids.ts';
import type { RecordAdmin } from '../../core/people/admin-entry.ts';
import { recordThenDo } from '../../core/people/record-then-do.ts';
import type { Clock, EventBus, Random } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { mintAgentToken } from '../../identity/agent-token.ts';
import type { PolicyInForce } from '../in-force.ts';
import type { PolicySource } from '../loading/policy-source.ts';
import { createAdminRecord } from '../people/admin-record.ts';
import { mintedEntry, revokedEntry } from '../people/token-entries.ts';
import type { State } from '../state.ts';
import { carriedProxy, localProxy } from './local-proxy.ts';
import { runAs } from './run-as.ts';
import type { RunAnswer, RunEnd, RunLeave, RunOrder, RunRefusal } from './run-order.ts';
import { secretPaths } from './secret-paths.ts';

export interface RunDeskParts {
  readonly settings: Settings;
  /** `host:port` of each proxy listener, in the order of the settings. */
  readonly addresses: readonly string[];
  readonly inForce: PolicyInForce;
  readonly upkeep: { readonly policy: { readonly source: PolicySource } };
  readonly state: Pick<State, 'tokens' | 'ca' | 'journal'>;
  readonly events: EventBus;
  readonly clock: Clock;
  readonly random: Random;
}

/** Where commands of this machine get what they need to run as an agent: this gateway knows all of it already. */
export interface RunDesk {
  admit(order: RunOrder): Promise<RunAnswer>;
  /** Ends a token that it gave. */
  end(token: TokenId, by: string): Promise<RunEnd>;
}

/** By the policy in force, on the record. */
export function createRunDesk(parts: RunDeskParts): RunDesk {
  const { settings, state, upkeep, clock, events } = parts;
  const record = createAdminRecord({ journal: state.journal, events });
  return {
    admit: async (order) => {
      const way = wayOf(order, parts);
      if (!way.ok) return fail({ kind: 'usage', sentence: way.failure });
      const token = way.value.known === 'token' ? await mint(order, parts, record) : ok(undefined);
      if (!token.ok) return token;
      const { certificateFile, certificatePem } = state.ca;
      return ok({
        proxy: way.value.proxy,
        ...(token.value !== undefined && { token: token.value }),
        ca: { certificateFile, certificatePem },
        secretPaths: secretPaths(settings, upkeep.policy.source),
      });
    },
    end: async (id, by) => {
      const revoked = await recordThenDo(revokedEntry(id, by), () => state.tokens.revoke(id, clock.now()), record);
      if (!revoked.ok) return fail(revoked.failure.detail);
      events.publish({ type: 'token.revoked', id });
      return ok(true);
    },
  };
}

interface Way {
  readonly proxy: RunLeave['proxy'];
  readonly known: 'token' | 'source';
}

function wayOf({ agent, isIsolated }: RunOrder, { settings, addresses, inForce }: RunDeskParts): Result<Way, string> {
  const listeners = settings.listen.proxy.map((listener, index) => ({
    ...listener,
    // The system may have chosen the port.
    address: { ...listener.address, port: Number(addresses[index]?.split(':').at(-1) ?? listener.address.port) },
  }));
  const reached = (isIsolated ? carriedProxy : localProxy)({ listen: { proxy: listeners } });
  if (!reached.ok) return reached;
  const { source, ...proxy } = reached.value;
  const known = runAs(inForce.compiled.agents, agent, { source, isIsolated });
  return known.ok ? ok({ proxy, known: known.value }) : known;
}

async function mint(
  { agent, ttl, by }: RunOrder,
  { state, random, clock }: RunDeskParts,
  record: RecordAdmin,
): Promise<Result<NonNullable<RunLeave['token']>, RunRefusal>> {
  const { text, token, secretHash } = mintAgentToken({ agent: agent as AgentId, mintedBy: by, ttl }, random, clock);
  const stored = await recordThenDo(mintedEntry(token, by), () => state.tokens.insert(token, secretHash), record);
  return stored.ok ? ok({ id: token.id, text }) : fail({ kind: 'failed', sentence: stored.failure.detail });
}
