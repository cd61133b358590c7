import type { PolicyFiles } from '../config/policy-files.ts';
import { socketAddressText } from '../config/setting-text.ts';
import type { Settings } from '../config/settings-schema.ts';
import type { AdminEvent } from '../core/exchange/record.ts';
import type { Clock, Random, Secrets } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { ListeningAddress } from '../destination/self-addresses.ts';
import type { PolicyIssue } from '../policy/issue.ts';
import type { CompiledPolicy } from '../policy/model.ts';
import type { Log } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { openAdminSide } from './admin-side.ts';
import { compileFor, issueText } from './compile-policy.ts';
import { openDataPlane } from './data-plane.ts';
import { createEventBus } from './event-bus.ts';
import { PolicyInForce } from './in-force.ts';
import { type MetadataEndpoint, metadataService } from './egress/metadata-service.ts';
import { openIndexing } from './indexing/open-indexing.ts';
import { missingCredentials } from './loading/warnings/missing-credentials.ts';
import { unbelievedIssuers } from './loading/warnings/unbelieved-issuers.ts';
import { unknownHomes } from './loading/warnings/unknown-homes.ts';
import { checkNodePlace, type NodeRegion } from './loading/node-place.ts';
import { homeStores } from './records/stores/home-stores.ts';
import { loggedAlarms } from './notifying/logged-alarms.ts';
import { openWebhooks } from './notifying/open-webhooks.ts';
import { originTlsOf } from './loading/origin-tls-of.ts';
import { policyReader, type PolicyReader, type PolicySource } from './loading/policy-source.ts';
import { openSinks } from './sinks/open-sinks.ts';
import { openState } from './state.ts';
import { openTables } from './tables.ts';
import { Upkeep } from './upkeep/upkeep.ts';

export interface GatewayOptions {
  readonly settings: Settings;
  /** Every agent is only observed, whatever the policy says (`serve --observe`). */
  readonly observe: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Variables of the process, in which secrets may be. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the cloud's metadata service answers; only tests say, which stand in for a cloud. */
  readonly metadata?: MetadataEndpoint;
  /** Told of the token of the very first start, which opens one console session or mints one token, before the gateway is ready. */
  readonly onFirstToken: (text: string) => Promise<void>;
}

export interface RunningGateway extends AsyncDisposable {
  /** `host:port` of each proxy listener. */
  readonly proxyAddresses: readonly string[];
  readonly adminAddress: string;
  readonly inForce: PolicyInForce;
  readonly files: () => PolicyFiles;
  /** Warnings of the policy that was loaded at the start. */
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
  const { world } = tables.value;
  const region = await checkNodePlace(settings.node, world, (cloud) => metadataService(cloud, options.metadata));
  if (!region.ok) return fail([region.failure]);
  const loaded = await loadFirst(options, world);
  if (!loaded.ok) return loaded;
  const events = createEventBus((error) => log.error({ error: String(error) }, 'A listener of events failed'));
  stack.use(loggedAlarms(events, log));
  const inForce = new PolicyInForce(loaded.value.policy, originTlsOf(loaded.value.policy, loaded.value.source), tables.value);
  const state = await openState(settings, { ...options, tables: () => inForce.tables, events });
  if (!state.ok) return fail([state.failure]);
  stack.use(state.value);
  const metrics = createMetrics();
  const shared = { ...options, state: state.value, inForce, events, metrics, listening };
  const plane = await openDataPlane({ ...shared, pseudonym: pseudonym(options.random) });
  if (!plane.ok) return fail([plane.failure]);
  stack.use(plane.value);
  const webhooks = await openWebhooks({ ...shared, plane: plane.value });
  if (!webhooks.ok) return fail([webhooks.failure]);
  stack.use(webhooks.value);
  const upkeep = stack.use(
    new Upkeep({
      ...shared,
      plane: plane.value,
      source: loaded.value.source,
      read: loaded.value.read,
      warnings: await warningsOf(loaded.value, settings, state.value.secrets),
    }),
  );
  if (region.value !== undefined) await state.value.journal.append(locatedEvent(region.value));
  await state.value.journal.append({ kind: 'policy', policy: inForce.compiled.digest, change: 'loaded' });
  stack.use(await openIndexing(settings, shared));
  const sinks = await openSinks({ ...shared, plane: plane.value });
  if (!sinks.ok) return fail([sinks.failure]);
  stack.use(sinks.value);
  const admin = await openAdminSide({ ...shared, upkeep, plane: plane.value });
  if (!admin.ok) return fail([admin.failure]);
  stack.use(admin.value);
  const owned = stack.move();
  return ok({
    proxyAddresses: plane.value.addresses,
    adminAddress: socketAddressText(admin.value.address),
    inForce,
    files: () => upkeep.source,
    warnings: upkeep.warnings,
    caFile: state.value.ca.certificateFile,
    reload: () => upkeep.reload(),
    drain: (deadline) => plane.value.drain(deadline),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

/** Part of the evidence: whoever reads the record can tell what `node.place` rested on. */
function locatedEvent({ cloud, region, country }: NodeRegion): AdminEvent {
  return { kind: 'admin', actor: 'cordon', action: 'node.located', subject: `node:${country}`, details: { cloud, region } };
}

/** What the operator is told of the policy of the start, and of settings beside it; nothing of it stops a start. */
async function warningsOf(
  { issues, policy }: Pick<FirstPolicy, 'issues' | 'policy'>,
  settings: Settings,
  secrets: Pick<Secrets, 'find'>,
): Promise<readonly string[]> {
  const missing = await missingCredentials(policy, secrets);
  return [...issues.map(issueText), ...unknownHomes(settings, policy), ...missing, ...unbelievedIssuers(policy, settings)];
}

interface FirstPolicy {
  readonly policy: CompiledPolicy;
  readonly source: PolicySource;
  readonly read: PolicyReader;
  readonly issues: readonly PolicyIssue[];
}

async function loadFirst(
  options: GatewayOptions,
  world: PolicyInForce['tables']['world'],
): Promise<Result<FirstPolicy, readonly string[]>> {
  // Said once here, not of every agent.
  const homes = homeStores(options.settings, world);
  if (!homes.ok) return fail([homes.failure]);
  const read = policyReader(options.settings.rules);
  const source = await read();
  if (!source.ok) return fail(source.failure.map(issueText));
  const { policy, issues } = compileFor(options, world)(source.value);
  return policy === undefined ? fail(issues.map(issueText)) : ok({ policy, source: source.value, read, issues });
}

/** A name for Via that says nothing about the machine, and differs between gateways. */
function pseudonym(random: Random): string {
  return `cordon-${Buffer.from(random.bytes(6)).toString('hex')}`;
}
