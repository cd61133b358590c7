import type { PolicyFileIssue, PolicyFiles } from '../config/policy-files.ts';
import type { Settings } from '../config/settings-schema.ts';
import type { Clock } from '../core/ports.ts';
import { compilePolicy, type Compilation } from '../policy/compile.ts';
import { formatIssue, type PolicyIssue } from '../policy/issue.ts';
import type { CompiledPolicy, WorldData } from '../policy/model.ts';

/** Compiles policy files under these settings. */
export function compileFor(
  { settings, observe, clock }: { readonly settings: Settings; readonly observe: boolean; readonly clock: Clock },
  world: WorldData,
): (files: PolicyFiles) => Compilation {
  return ({ files, digest }) => {
    const compilation = compilePolicy(files, world, { digest, authority: settings.authority, now: clock.now() });
    if (!observe || compilation.policy === undefined) return compilation;
    return { ...compilation, policy: observed(compilation.policy) };
  };
}

function observed(policy: CompiledPolicy): CompiledPolicy {
  const agents = policy.agents.map((agent) => ({ ...agent, attributes: { ...agent.attributes, mode: 'observe' as const } }));
  return { ...policy, agents };
}

/** One line for a person: `file:line:column: error: what was found, what was expected (hint)`. */
export function issueText(issue: PolicyIssue | PolicyFileIssue): string {
  if ('severity' in issue) return formatIssue(issue);
  return `${issue.file}: error: ${issue.message}${issue.hint === undefined ? '' : ` (${issue.hint})`}`;
}
