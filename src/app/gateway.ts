import type { PolicyFiles } from '../config/policy-files.ts';
import { socketAddressText } from '../config/setting-text.ts';
import type { Settings } from '../config/settings-schema.ts';
import type { AdminEvent } from '../core/exchange/record.ts';
import type { Clock, Random } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { GeoTables } from '../destination/geo-tables.ts';
import type { ListeningAddress } from '../destination/self-addresses.ts';
import type { PolicyIssue } from '../policy/issue.ts';
import type { CompiledPolicy } from '../policy/model.ts';
import type { Log } from '../telemetry/log.ts';
import { openAdminSide } from './admin-side.ts';
import { compileFor, issueText } from './compile-policy.ts';
import { carriedHere } from './workers/carriers.ts';
import { countedHere } from './workers/counting.ts';
import { createEventBus } from './event-bus.ts';
import type { PolicyInForce } from './in-force.ts';
import { type MetadataEndpoint, metadataService } from './egress/metadata-service.ts';
import { openIndexing } from './indexing/open-indexing.ts';
import { checkNodePlace, type NodeRegion } from './loading/node-place.ts';
import { homeStores } from './records/stores/home-stores.ts';
import { countedAlarms, loggedAlarms } from './notifying/told-alarms.ts';
import { createRunDesk } from './local-runs/run-desk.ts';
import { openRunSocket } from './local-runs/run-socket.ts';
import { openWebhooks } from './notifying/open-webhooks.ts';
import { policyReader, type PolicyReader, type PolicySource } from './loading/policy-source.ts';
import { openSinks } from './sinks/open-sinks.ts';
import { openReplica, type Replica } from './replica.ts';
import { openTables } from './tables.ts';
import { CertificateWatch } from './upkeep/certificate-watch.ts';
import { watchFleet } from './upkeep/fleet-watch.ts';
import { keepHouse } from './upkeep/housekeeping.ts';
import { leadPolicy } from './upkeep/policy-leader.ts';
import type { Crew } from './workers/crew.ts';
import { workerCount } from './workers/shares.ts';

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
 * Builds the gateway and opens its listeners, here or in workers.
 *
 * @failure sentences that name what is wrong: a policy with errors, a busy port, state that cannot be used
 */
export async function openGateway(options: GatewayOptions): Promise<Result<RunningGateway, readonly string[]>> {
  const { settings, clock, random, log } = options;
  await using stack = new AsyncDisposableStack();
  const listening: ListeningAddress[] = [];
  const ground = await loadGround(options, listening);
  if (!ground.ok) return ground;
  const { region, tables, loaded } = ground.value;
  const events = createEventBus((error) => log.error({ error: String(error) }, 'A listener of events failed'));
  stack.use(loggedAlarms(events, log));
  const crew = workerCount(settings) === 1 ? undefined : stack.use(await crewFor({ ...options, events, listening }));
  const replica = await openReplica({
    ...options,
    ...(crew !== undefined && { settings: withoutListeners(settings), onChange: () => crew.storeChanged() }),
    ...loaded,
    events,
    listening,
    tables,
    counting: ({ db }) => countedHere(settings, { db, clock, random }),
  });
  if (!replica.ok) return fail([replica.failure]);
  const { state, inForce, upkeep, metrics } = stack.use(replica.value);
  const shared = { ...options, ...replica.value, events, listening };
  // What a revoked token opened is cut at once, not when the store is looked at the next time.
  stack.use(events.subscribe(({ type }) => void (type === 'token.revoked' && state.database.signal())));
  stack.use(countedAlarms(events, metrics));
  const webhooks = await openWebhooks(shared);
  if (!webhooks.ok) return fail([webhooks.failure]);
  stack.use(webhooks.value);
  await recordStart(region, replica.value);
  const manned = await crew?.start(replica.value);
  if (manned?.ok === false) return fail(manned.failure);
  const carriers = stack.use(crew ?? carriedHere(replica.value));
  // Behind the workers, which go on with chains that these look into.
  stack.use(keepHouse(shared));
  const follows = { ...shared, leaves: crew && ((writer: string) => crew.writes(writer)) };
  stack.use(await openIndexing(settings, follows));
  const sinks = await openSinks(follows);
  if (!sinks.ok) return fail([sinks.failure]);
  stack.use(sinks.value);
  const watch = leadPolicy({ ...shared, read: loaded.read, keeper: upkeep.policy, followers: carriers.followers });
  stack.defer(() => watch.close());
  const certificates = stack.use(new CertificateWatch((again) => carriers.renewCertificates(again)));
  const reload = () => certificates.look().then(() => watch.reload());
  // Before `/readyz` says that the gateway is there.
  stack.use(await openRunSocket(createRunDesk({ ...shared, addresses: carriers.addresses }), { settings, log }));
  const admin = await openAdminSide({ ...shared, carriers, reload, fleet: stack.use(watchFleet(shared)) });
  if (!admin.ok) return fail([admin.failure]);
  const { address, renewCertificate } = stack.use(admin.value);
  certificates.add(renewCertificate);
  crew?.alsoListening(address);
  const owned = stack.move();
  return ok({
    proxyAddresses: carriers.addresses,
    adminAddress: socketAddressText(address),
    inForce,
    files: () => upkeep.policy.source,
    warnings: upkeep.policy.warnings,
    caFile: state.ca.certificateFile,
    reload,
    drain: (deadline) => carriers.drain(deadline),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

/** Where it runs, as far as the cloud has said, and by which policy. */
async function recordStart(region: NodeRegion | undefined, { state, inForce }: Replica): Promise<void> {
  if (region !== undefined) await state.journal.append(locatedEvent(region));
  await state.journal.append({ kind: 'policy', policy: inForce.compiled.digest, change: 'loaded' });
}

/** Only where it is used: a gateway that is one process starts without it. */
async function crewFor(parts: ConstructorParameters<typeof Crew>[0]): Promise<Crew> {
  const { Crew: Opened } = await import('./workers/crew.ts');
  return new Opened(parts);
}

/** What the primary of workers opens: they take the exchanges in. */
function withoutListeners(settings: Settings): Settings {
  return { ...settings, listen: { ...settings.listen, proxy: [] } };
}

/** Part of the evidence: whoever reads the record can tell what `node.place` rested on. */
function locatedEvent({ cloud, region, country }: NodeRegion): AdminEvent {
  return { kind: 'admin', actor: 'cordon', action: 'node.located', subject: `node:${country}`, details: { cloud, region } };
}

/** What decisions rest on, before anything is opened. */
interface Ground {
  readonly tables: GeoTables;
  readonly region: NodeRegion | undefined;
  readonly loaded: FirstPolicy;
}

async function loadGround(
  options: GatewayOptions,
  listening: readonly ListeningAddress[],
): Promise<Result<Ground, readonly string[]>> {
  const { settings, clock } = options;
  const tables = await openTables(settings, clock, () => listening);
  if (!tables.ok) return fail([tables.failure]);
  const { world } = tables.value;
  const region = await checkNodePlace(settings.node, world, (cloud) => metadataService(cloud, options.metadata));
  if (!region.ok) return fail([region.failure]);
  const loaded = await loadFirst(options, world);
  return loaded.ok ? ok({ tables: tables.value, region: region.value, loaded: loaded.value }) : loaded;
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
