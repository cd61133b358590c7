import { policyFiles } from '../../config/policy-files.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { SubjectAttributes } from '../../core/exchange/decision.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Instant } from '../../core/units.ts';
import { compilePolicy } from '../../policy/compile.ts';
import { formatIssue } from '../../policy/issue.ts';
import type { WorldData } from '../../policy/model.ts';
import { prepare, type PreparedPolicy } from '../../policy/target-index.ts';

/** The subject that the gateway itself is (invariant 10). */
export const OWN_SUBJECT = 'cordon';

/** What the gateway permits itself: a policy of one subject. */
export interface OwnPolicy {
  readonly policy: PreparedPolicy;
  readonly subject: SubjectAttributes;
}

/**
 * A policy of subject `cordon` alone, which is at home where the node is.
 *
 * @param lines YAML of its destinations and rules
 * @failure the issues
 */
export function ownPolicy(
  lines: readonly string[],
  { place }: Settings['node'],
  world: WorldData,
  now: Instant,
): Result<OwnPolicy, string> {
  const home = place === undefined ? 'any' : (world.regions.get(place) ?? place);
  const identify = 'identify: [{ cidr: ["127.0.0.1/32", "::1/128"] }]';
  const text = ['cordon: 1', `agents: [{ id: ${OWN_SUBJECT}, home: ${quoted(home)}, ${identify} }]`, ...lines].join('\n');
  const { files, digest } = policyFiles([{ file: 'own.yaml', text }]);
  const { policy, issues } = compilePolicy(files, world, { digest, authority: [], now });
  const [own] = policy?.agents ?? [];
  if (policy === undefined || own === undefined) return fail(issues.map(formatIssue).join('; '));
  return ok({ policy: prepare(policy), subject: own.attributes });
}

/** A value of such lines: JSON is YAML in flow style. */
export function quoted(value: string | readonly string[]): string {
  return JSON.stringify(value);
}
