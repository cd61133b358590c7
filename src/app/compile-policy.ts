import type { PolicyFileIssue, PolicyFiles } from '../config/policy-files.ts';
import type { Settings } from '../config/settings-schema.ts';
import type { Clock } from '../core/ports.ts';
import type { Home } from '../core/exchange/decision.ts';
import { ok } from '../core/result.ts';
import { compilePolicy, type Compilation } from '../policy/compile.ts';
import { formatIssue, type PolicyIssue } from '../policy/issue.ts';
import type { CompiledPolicy, WorldData } from '../policy/model.ts';
import type { TlsFileDigests } from '../policy/tls-files.ts';
import { parentPlace, parentProblem } from './egress/parent-place.ts';
import { homeStores, storeOf } from './records/stores/home-stores.ts';
import type { PolicySource } from './loading/policy-source.ts';

/** Compiles policy files under these settings. Files without what they name are a trial: `tls` is then not read. */
export function compileFor(
  { settings, observe, clock }: { readonly settings: Settings; readonly observe: boolean; readonly clock: Clock },
  world: WorldData,
): (source: PolicyFiles | PolicySource) => Compilation {
  const homes = homeStores(settings, world);
  const place = parentPlace(settings, world);
  return (source) => {
    const compilation = compilePolicy(source.files, world, {
      digest: source.digest,
      authority: settings.authority,
      now: clock.now(),
      homeProblem: (home) => homeProblem(home, homes) ?? parentProblem(home, place, settings),
      ...('tlsFiles' in source && { tlsFiles: digestsOf(source) }),
    });
    if (!observe || compilation.policy === undefined) return compilation;
    return { ...compilation, policy: observed(compilation.policy) };
  };
}

/** Why nothing of agents at home there may be recorded, as an expectation; undefined where it may. */
function homeProblem(home: Home, stores: ReturnType<typeof homeStores>): string | undefined {
  if (stores.ok && stores.value.length === 0) return undefined;
  const found = stores.ok ? storeOf(home, stores.value) : stores;
  return found.ok ? undefined : `expected a home whose records may lie somewhere: ${found.failure}`;
}

function digestsOf({ tlsFiles }: PolicySource): TlsFileDigests {
  return new Map([...tlsFiles].map(([name, read]) => [name, read.ok ? ok(read.value.digest) : read]));
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
