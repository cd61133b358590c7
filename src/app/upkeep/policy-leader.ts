import { watchPolicy, type PolicyWatch } from '../../config/policy-watch.ts';
import type { PolicyFileIssue } from '../../config/policy-files.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { PolicyDigest } from '../../core/ids.ts';
import type { Clock } from '../../core/ports.ts';
import type { PolicyIssue } from '../../policy/issue.ts';
import type { CompiledPolicy } from '../../policy/model.ts';
import { compileFor } from '../compile-policy.ts';
import type { PolicyInForce } from '../in-force.ts';
import type { PolicyReader, PolicySource } from '../loading/policy-source.ts';
import type { PolicyKeeper } from './policy-keeper.ts';

/** Other processes of this gateway, which run the policy of this one. */
export interface PolicyFollowers {
  /** Makes it ready in all of them; what stands against it. */
  prepare(source: PolicySource): Promise<readonly PolicyFileIssue[]>;
  /** Puts it into force in all that made it ready; resolves when it is. */
  enforce(digest: PolicyDigest): Promise<void>;
}

/** Keeps the policy in step with its directory, here and in those who follow: everywhere or nowhere. */
export function leadPolicy(parts: {
  readonly settings: Settings;
  readonly observe: boolean;
  readonly clock: Clock;
  readonly inForce: PolicyInForce;
  /** Reads what lies in the directory now. */
  readonly read: PolicyReader;
  readonly keeper: PolicyKeeper;
  readonly followers?: PolicyFollowers | undefined;
}): PolicyWatch {
  const { settings, inForce, read, keeper, followers } = parts;
  return watchPolicy<CompiledPolicy, PolicyIssue, PolicySource>({
    directory: settings.rules,
    inForce: keeper.source.digest,
    read,
    compile: (source) => compileFor(parts, inForce.tables.world)(source),
    ...(followers !== undefined && { agree: (source) => followers.prepare(source) }),
    onLoaded: async (policy, source, issues) => {
      keeper.enforce(policy, source, issues);
      await followers?.enforce(source.digest);
    },
    onRefused: (issues) => keeper.refuse(issues),
  });
}
