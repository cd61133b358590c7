import type { AgentDeclaration } from '../../core/agent.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { IpAddress } from '../../core/address.ts';
import { acceptsToken, AgentIndex } from '../../identity/agent-index.ts';
import { declaredAgent, unknowable } from './local-proxy.ts';

/**
 * How what runs is known to be this agent: by a token wherever it takes one, since that can be ended with the command.
 *
 * What is isolated must not become somebody else: it can leave its token away, and is then who the policy knows by the source
 * address alone.
 *
 * @failure a sentence for the operator
 */
export function runAs(
  agents: readonly AgentDeclaration[],
  id: string,
  { source, isIsolated }: { readonly source: IpAddress; readonly isIsolated: boolean },
): Result<'token' | 'source', string> {
  const agent = declaredAgent(agents, id);
  if (!agent.ok) return agent;
  const shown = { source, names: [] };
  const match = new AgentIndex(agents).byConnection(shown);
  const isKnownBySource = typeof match === 'object' && match.agent === agent.value;
  if (isIsolated && typeof match === 'object' && !isKnownBySource) {
    const other = match.agent.attributes.agent;
    return fail(
      `without its token the command would be the agent "${other}", which the policy knows by ${match.by} alone: ` +
        `give "${other}" an entry with token: true there, or another range`,
    );
  }
  if (acceptsToken(agent.value, shown)) return ok('token');
  return isKnownBySource ? ok('source') : fail(unknowable(id, source));
}
