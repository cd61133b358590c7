import type { AgentDeclaration, Workload, WorkloadPattern } from '../../core/agent.ts';
import { compileGlob } from '../../core/glob.ts';
import type { AgentId } from '../../core/ids.ts';
import { fail, ok, type Result } from '../../core/result.ts';

/** Whether a pattern covers a workload; what either lacks covers nothing. */
export function isWorkload(pattern: WorkloadPattern | undefined, workload: Workload | undefined): boolean {
  if (pattern === undefined || workload === undefined) return false;
  if (pattern.issuer !== workload.issuer || !compileGlob(pattern.subject)(workload.subject)) return false;
  // Whom else it was made for has to be named, where it says so (OpenID Connect Core §2).
  if (Object.hasOwn(workload.claims, 'azp') && !Object.hasOwn(pattern.claims, 'azp')) return false;
  return Object.entries(pattern.claims).every(([name, expected]) => {
    const stated = Object.hasOwn(workload.claims, name) ? workload.claims[name] : undefined;
    return stated !== undefined && compileGlob(expected)(stated);
  });
}

/** The agent that a workload is, with as much of its claims as that rests on. */
export interface KnownWorkload {
  readonly agent: AgentId;
  readonly workload: Workload;
}

/**
 * The one agent that a policy knows this workload as.
 * @failure a sentence: none, or several
 */
export function agentOf(workload: Workload, agents: readonly AgentDeclaration[]): Result<KnownWorkload, string> {
  const who = `"${workload.subject}" of ${workload.issuer}`;
  const [known, other] = agents.filter(({ identify }) => identify.some(({ oidc }) => isWorkload(oidc, workload)));
  if (known === undefined) return fail(`No agent is identified by the workload ${who}`);
  if (other !== undefined) return fail(`Two agents are identified by the workload ${who}`);
  const named = new Set(known.identify.flatMap(({ oidc }) => (oidc === undefined ? [] : Object.keys(oidc.claims))));
  const claims = Object.fromEntries(Object.entries(workload.claims).filter(([name]) => named.has(name)));
  return ok({ agent: known.attributes.agent, workload: { ...workload, claims } });
}
