import { randomBytes } from 'node:crypto';
import { watchPolicy, type PolicyWatch } from '../config/policy-watch.ts';
import { readPolicyFiles, type PolicyFileIssue, type PolicyFiles } from '../config/policy-files.ts';
import { socketAddressText } from '../config/setting-text.ts';
import type { Settings } from '../config/settings-schema.ts';
import type { Clock, EventBus, Random } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { createReidentifier } from '../identity/reidentify.ts';
import type { ListeningAddress } from '../destination/self-addresses.ts';
import type { LiveExchanges } from '../pipeline/live-exchanges.ts';
import type { PolicyIssue } from '../policy/issue.ts';
import { loosenings } from '../policy/loosening.ts';
import type { CompiledPolicy } from '../policy/model.ts';
import type { Log } from '../telemetry/log.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { openAdminSide } from './admin-side.ts';
import { compileFor, issueText } from './compile-policy.ts';
import { openDataPlane, type DataPlane } from './data-plane.ts';
import { createEventBus } from './event-bus.ts';
import { PolicyInForce } from './in-force.ts';
import { Rejudgement } from './rejudgement.ts';
import { openState, type State } from './state.ts';
import { openTables, watchTables } from './tables.ts';

export interface GatewayOptions {
  readonly settings: Settings;
  /** Every agent is only observed, whatever the policy says (`serve --observe`). */
  readonly observe: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface RunningGateway extends AsyncDisposable {
  /** `host:port` of each proxy listener. */
  readonly proxyAddresses: readonly string[];
  readonly adminAddress: string;
  readonly inForce: PolicyInForce;
  readonly files: () => PolicyFiles;
  /** Warnings of the policy in force. */
  readonly warnings: readonly string[];
  readonly caFile: string;
  reload(): Promise<'loaded' | 'refused' | 'unchanged'>;
  /** Stops accepting; what runs may finish within `deadline` milliseconds. */
  drain(deadline: number): Promise<void>;
}

/**
 * Builds the gateway and opens its listeners.
 *
 * @failure sentences that name what is wrong: a policy with errors, a busy port, state that cannot be used
 */
export async function openGateway(options: GatewayOptions): Promise<Result<RunningGateway, readonly string[]>> {
  const { settings, clock, log } = options;
  await using stack = new AsyncDisposableStack();
  const listening: ListeningAddress[] = [];
  const tables = await openTables(settings, clock, () => listening);
  if (!tables.ok) return fail([tables.failure]);
  const loaded = await loadFirst(options, tables.value.world);
  if (!loaded.ok) return loaded;
  const state = await openState(settings, options);
  if (!state.ok) return fail([state.failure]);
  stack.use(state.value);
  const metrics = createMetrics();
  const events = createEventBus((error) => log.error({ error: String(error) }, 'A listener of events failed'));
  const inForce = new PolicyInForce(loaded.value.policy, tables.value);
  const plane = await openDataPlane({ ...options, state: state.value, inForce, events, metrics, listening, pseudonym: pseudonym() });
  if (!plane.ok) return fail([plane.failure]);
  stack.use(plane.value);
  const upkeep = stack.use(keepCurrent(options, { state: state.value, inForce, events, metrics, plane: plane.value, first: loaded.value.source, listening }));
  await state.value.journal.append({ kind: 'policy', policy: inForce.compiled.digest, change: 'loaded' });
  const warnings = loaded.value.issues.map(issueText);
  const admin = await openAdminSide({ ...options, inForce, metrics, upkeep, warnings, listening });
  if (!admin.ok) return fail([admin.failure]);
  stack.use(admin.value);
  const owned = stack.move();
  return ok({
    proxyAddresses: plane.value.addresses,
    adminAddress: socketAddressText(admin.value.address),
    inForce,
    files: () => upkeep.source,
    warnings,
    caFile: state.value.ca.certificateFile,
    reload: () => upkeep.watch.reload(),
    drain: (deadline) => plane.value.drain(deadline),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

interface FirstPolicy {
  readonly policy: CompiledPolicy;
  readonly source: PolicyFiles;
  readonly issues: readonly PolicyIssue[];
}

async function loadFirst(options: GatewayOptions, world: PolicyInForce['tables']['world']): Promise<Result<FirstPolicy, readonly string[]>> {
  const source = await readPolicyFiles(options.settings.rules);
  if (!source.ok) return fail(source.failure.map(issueText));
  const { policy, issues } = compileFor(options, world)(source.value);
  return policy === undefined ? fail(issues.map(issueText)) : ok({ policy, source: source.value, issues });
}

/** What keeps policy, tables and identities current, and what the last attempt said. */
export interface Upkeep extends Disposable {
  readonly watch: PolicyWatch;
  readonly source: PolicyFiles;
  /** Why the last reload was refused; empty when the files in the directory are the ones in force. */
  readonly refused: readonly string[];
}

interface Parts {
  readonly state: State;
  readonly inForce: PolicyInForce;
  readonly events: EventBus;
  readonly metrics: Metrics;
  readonly plane: DataPlane;
  readonly first: PolicyFiles;
  readonly listening: readonly ListeningAddress[];
}

function keepCurrent(options: GatewayOptions, parts: Parts): Upkeep {
  const { settings, clock, log } = options;
  const { state, inForce, events, metrics, plane } = parts;
  const live: LiveExchanges = plane.live;
  const reidentify = createReidentifier({ directory: () => inForce.compiled.agents, tokens: plane.tokenCache });
  const rejudgement = new Rejudgement({ live, inForce, reidentify, clock });
  let source = parts.first;
  let refused: readonly string[] = [];
  const changed = (): void => {
    plane.onGeneration(inForce.current.generation);
    rejudgement.now();
  };
  const onLoaded = (policy: CompiledPolicy, files: PolicyFiles): void => {
    const loosened = loosenings(inForce.compiled, policy);
    inForce.replacePolicy(policy);
    source = files;
    refused = [];
    changed();
    metrics.count('cordon_policy_reloads_total', { result: 'loaded' });
    void state.journal.append({ kind: 'policy', policy: policy.digest, change: 'loaded', ...(loosened.length > 0 && { loosened }) });
    events.publish({ type: 'policy.loaded', digest: policy.digest, generation: inForce.current.generation });
    if (loosened.length > 0) events.publish({ type: 'policy.loosened', changes: loosened });
    log[loosened.length > 0 ? 'warn' : 'info']({ digest: policy.digest, loosened }, 'Policy loaded');
  };
  const onRefused = (issues: readonly (PolicyIssue | PolicyFileIssue)[]): void => {
    refused = issues.map(issueText);
    metrics.count('cordon_policy_reloads_total', { result: 'refused' });
    void state.journal.append({ kind: 'policy', policy: inForce.compiled.digest, change: 'refused', errors: refused });
    events.publish({ type: 'policy.refused', errors: refused });
    log.error({ errors: refused }, 'Policy refused; the one in force stays');
  };
  const compile = (files: PolicyFiles): ReturnType<ReturnType<typeof compileFor>> => compileFor(options, inForce.tables.world)(files);
  const watch = watchPolicy({ directory: settings.rules, inForce: parts.first.digest, compile, onLoaded, onRefused });
  const tablesWatch = watchTables(settings, clock, () => parts.listening, {
    onLoaded: (tables) => {
      inForce.replaceTables(tables);
      changed();
      void state.journal.append({ kind: 'policy', policy: inForce.compiled.digest, change: 'tables' });
      events.publish({ type: 'tables.changed' });
      log.info({ version: tables.version }, 'Tables loaded');
    },
    onRefused: (problem) => log.error({ problem }, 'Tables refused; the ones in force stay'),
  });
  const storeWatch = state.database.onChange(() => {
    plane.tokenCache.invalidate();
    void rejudgement.identities();
  });
  return {
    watch,
    get source(): PolicyFiles {
      return source;
    },
    get refused(): readonly string[] {
      return refused;
    },
    [Symbol.dispose]: () => {
      watch.close();
      tablesWatch[Symbol.dispose]();
      storeWatch[Symbol.dispose]();
      rejudgement[Symbol.dispose]();
    },
  };
}

/** A name for Via that says nothing about the machine, and differs between gateways. */
function pseudonym(): string {
  return `cordon-${randomBytes(6).toString('hex')}`;
}
