import { watchPolicy, type PolicyWatch } from '../../config/policy-watch.ts';
import type { PolicyFileIssue, PolicyFiles } from '../../config/policy-files.ts';
import type { Settings } from '../../config/settings-schema.ts';
import type { Clock, EventBus } from '../../core/ports.ts';
import type { Milliseconds } from '../../core/units.ts';
import type { ListeningAddress } from '../../destination/self-addresses.ts';
import type { GeoTables } from '../../destination/geo-tables.ts';
import type { PolicyIssue } from '../../policy/issue.ts';
import { missingCredentials } from '../loading/warnings/missing-credentials.ts';
import { unbelievedIssuers } from '../loading/warnings/unbelieved-issuers.ts';
import { loosenings } from '../../policy/loosening.ts';
import type { CompiledPolicy } from '../../policy/model.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { compileFor, issueText } from '../compile-policy.ts';
import type { DataPlane } from '../data-plane.ts';
import type { PolicyInForce } from '../in-force.ts';
import { originTlsOf } from '../loading/origin-tls-of.ts';
import type { PolicyReader, PolicySource } from '../loading/policy-source.ts';
import { watchApprovalDeadlines } from './approval-deadlines.ts';
import { watchApprovalRetention } from './approval-retention.ts';
import { watchRetentionOf } from '../records/retention-of.ts';
import { surveyRecords } from '../records/stores/survey-records.ts';
import { Rejudgement } from './rejudgement.ts';
import type { State } from '../state.ts';
import { systemRandom } from '../system.ts';
import { watchTables } from '../tables.ts';

/** How often values whose time is over are removed. */
const PURGE_INTERVAL: Milliseconds = 3_600_000;

export interface UpkeepParts {
  readonly settings: Settings;
  readonly observe: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly state: State;
  readonly inForce: PolicyInForce;
  readonly events: EventBus;
  readonly metrics: Metrics;
  readonly plane: DataPlane;
  /** The files the policy in force was compiled from. */
  readonly source: PolicySource;
  /** Reads what lies in the directory now. */
  readonly read: PolicyReader;
  /** Warnings it was compiled with. */
  readonly warnings: readonly string[];
  readonly listening: readonly ListeningAddress[];
}

/**
 * Keeps policy, tables and identities current while the gateway runs. Every change ends the same way: what runs is judged
 * again, the change is recorded, and whoever listens is told.
 */
export class Upkeep implements Disposable {
  readonly #parts: UpkeepParts;
  readonly #rejudgement: Rejudgement;
  readonly #watch: PolicyWatch;
  readonly #resources = new DisposableStack();
  #source: PolicySource;
  #refused: readonly string[] = [];
  #warnings: readonly string[];

  constructor(parts: UpkeepParts) {
    const { settings, clock, state, inForce, plane } = parts;
    this.#parts = parts;
    this.#source = parts.source;
    this.#warnings = parts.warnings;
    this.#rejudgement = this.#resources.use(
      new Rejudgement({
        live: plane.live,
        inForce,
        reidentify: plane.reidentify,
        endWithGrants: () => plane.endWithGrants(),
        clock,
      }),
    );
    this.#watch = watchPolicy({
      directory: settings.rules,
      inForce: parts.source.digest,
      read: parts.read,
      compile: (files) => compileFor(parts, inForce.tables.world)(files),
      onLoaded: (policy, files, issues) => this.#onPolicy(policy, files, issues),
      onRefused: (issues) => this.#onRefused(issues),
    });
    this.#resources.defer(() => this.#watch.close());
    this.#resources.use(
      watchTables(settings, clock, () => parts.listening, {
        onLoaded: (tables) => this.#onTables(tables),
        onRefused: (problem) => parts.log.error({ problem }, 'Tables refused; the ones in force stay'),
      }),
    );
    this.#resources.use(state.database.onChange(() => void this.#onStoreChange()));
    this.#resources.use(watchApprovalDeadlines(state.holds.approvals, clock));
    const { journal, holds } = state;
    const { retention } = settings.approvals;
    this.#resources.use(watchApprovalRetention({ ...holds, retention, clock, journal, log: parts.log }));
    void this.#survey();
    this.#resources.use(watchRetentionOf(parts));
    const purge = setInterval(() => void this.#purge(), PURGE_INTERVAL);
    purge.unref();
    this.#resources.defer(() => clearInterval(purge));
  }

  /** The files of the policy in force. */
  get source(): PolicyFiles {
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

  reload(): ReturnType<PolicyWatch['reload']> {
    return this.#watch.reload();
  }

  [Symbol.dispose](): void {
    this.#resources.dispose();
  }

  async #survey(): Promise<void> {
    const { log, state } = this.#parts;
    try {
      await surveyRecords({ ...this.#parts, journals: state.records.journals, random: systemRandom });
    } catch (error) {
      log.warn({ detail: String(error) }, 'Nobody could look whether the record is whole: cordon verify says more');
    }
  }

  #onPolicy(policy: CompiledPolicy, files: PolicySource, issues: readonly PolicyIssue[]): void {
    const { inForce, metrics, state, events, log } = this.#parts;
    const loosened = loosenings(inForce.compiled, policy);
    inForce.replacePolicy(policy, originTlsOf(policy, files));
    this.#source = files;
    this.#warnings = issues.map(issueText);
    this.#refused = [];
    this.#judgeAgain();
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

  async #tellMissing(policy: CompiledPolicy): Promise<void> {
    const { inForce, log, settings, state } = this.#parts;
    const missing = [...(await missingCredentials(policy, state.secrets)), ...unbelievedIssuers(policy, settings)];
    if (missing.length === 0 || inForce.compiled !== policy) return;
    this.#warnings = [...this.#warnings, ...missing];
    log.warn({ missing }, 'The policy names what is missing here');
  }

  #onRefused(issues: readonly (PolicyIssue | PolicyFileIssue)[]): void {
    const { inForce, metrics, state, events, log } = this.#parts;
    this.#refused = issues.map(issueText);
    metrics.count('cordon_policy_reloads_total', { result: 'refused' });
    void state.journal.append({ kind: 'policy', policy: inForce.compiled.digest, change: 'refused', errors: this.#refused });
    events.publish({ type: 'policy.refused', errors: this.#refused });
    log.error({ errors: this.#refused }, 'Policy refused; the one in force stays');
  }

  #onTables(tables: GeoTables): void {
    const { inForce, state, events, log } = this.#parts;
    inForce.replaceTables(tables);
    this.#judgeAgain();
    void state.journal.append({ kind: 'policy', policy: inForce.compiled.digest, change: 'tables' });
    events.publish({ type: 'tables.changed' });
    log.info({ version: tables.version }, 'Tables loaded');
  }

  async #onStoreChange(): Promise<void> {
    const { tokenCache, stopped } = this.#parts.plane;
    tokenCache.invalidate();
    // Known before anybody is asked who it is. Where the store is down, who was stopped stays stopped.
    await stopped.refresh();
    this.#rejudgement.onStoreChange();
  }

  async #purge(): Promise<void> {
    const { state, log } = this.#parts;
    const purged = await state.content.vault.purge();
    if (!purged.ok) log.error({ detail: purged.failure.detail }, 'Expired values of tokens could not be removed');
  }

  #judgeAgain(): void {
    this.#parts.plane.onGeneration(this.#parts.inForce.current.generation);
    this.#rejudgement.judgeAgain();
  }
}
