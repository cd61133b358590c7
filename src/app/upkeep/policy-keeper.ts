import type { PolicyFileIssue } from '../../config/policy-files.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { EventBus, Secrets } from '../../core/ports.ts';
import type { PolicyIssue } from '../../policy/issue.ts';
import { loosenings } from '../../policy/loosening.ts';
import type { CompiledPolicy } from '../../policy/model.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { issueText } from '../compile-policy.ts';
import type { PolicyInForce } from '../in-force.ts';
import { missingCredentials } from '../loading/warnings/missing-credentials.ts';
import { unbelievedIssuers } from '../loading/warnings/unbelieved-issuers.ts';
import { originTlsOf } from '../loading/origin-tls-of.ts';
import type { PolicySource } from '../loading/policy-source.ts';
import type { TokenEndpoints } from '../oauth/token-endpoint.ts';
import type { State } from '../state.ts';

export interface PolicyKeeperParts {
  readonly settings: Settings;
  readonly state: Pick<State, 'journal'>;
  readonly secrets: Pick<Secrets, 'find'>;
  readonly tokenEndpoints: Pick<TokenEndpoints, 'problem'>;
  readonly inForce: PolicyInForce;
  readonly events: EventBus;
  readonly metrics: Metrics;
  readonly log: Log;
  /** The files the policy in force was compiled from. */
  readonly source: PolicySource;
  /** Warnings it was compiled with. */
  readonly warnings: readonly string[];
  /** What runs is to be judged again. */
  readonly onReplaced: () => void;
}

/** Puts policies into force, or says why not: on the record, in the log, and to whoever listens. */
export class PolicyKeeper {
  readonly #parts: PolicyKeeperParts;
  #source: PolicySource;
  #refused: readonly string[] = [];
  #warnings: readonly string[];

  constructor(parts: PolicyKeeperParts) {
    this.#parts = parts;
    this.#source = parts.source;
    this.#warnings = parts.warnings;
  }

  /** The files of the policy in force. */
  get source(): PolicySource {
    return this.#source;
  }

  /** Warnings of the policy in force. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** Why the last reload was refused; empty when what lies in the directory is in force. */
  get refused(): readonly string[] {
    return this.#refused;
  }

  enforce(policy: CompiledPolicy, source: PolicySource, issues: readonly PolicyIssue[]): void {
    const { inForce, metrics, state, events, log, onReplaced } = this.#parts;
    const loosened = loosenings(inForce.compiled, policy);
    inForce.replacePolicy(policy, originTlsOf(policy, source));
    this.#source = source;
    this.#warnings = issues.map(issueText);
    this.#refused = [];
    onReplaced();
    metrics.count('cordon_policy_reloads_total', { result: 'loaded' });
    void state.journal.append({
      kind: 'policy',
      policy: policy.digest,
      change: 'loaded',
      ...(loosened.length > 0 && { loosened }),
    });
    events.publish({ type: 'policy.loaded', digest: policy.digest, generation: inForce.current.generation });
    if (loosened.length > 0) events.publish({ type: 'policy.loosened', digest: policy.digest, changes: loosened });
    log[loosened.length > 0 ? 'warn' : 'info']({ digest: policy.digest, loosened }, 'Policy loaded');
    void this.#tellMissing(policy);
  }

  refuse(issues: readonly (PolicyIssue | PolicyFileIssue)[]): void {
    const { inForce, metrics, state, events, log } = this.#parts;
    this.#refused = issues.map(issueText);
    metrics.count('cordon_policy_reloads_total', { result: 'refused' });
    void state.journal.append({ kind: 'policy', policy: inForce.compiled.digest, change: 'refused', errors: this.#refused });
    events.publish({ type: 'policy.refused', errors: this.#refused });
    log.error({ errors: this.#refused }, 'Policy refused; the one in force stays');
  }

  async #tellMissing(policy: CompiledPolicy): Promise<void> {
    const { inForce, log, settings, secrets, tokenEndpoints } = this.#parts;
    const missing = [...(await missingCredentials(policy, secrets, tokenEndpoints)), ...unbelievedIssuers(policy, settings)];
    if (missing.length === 0 || inForce.compiled !== policy) return;
    this.#warnings = [...this.#warnings, ...missing];
    log.warn({ missing }, 'The policy names what is missing here');
  }
}
