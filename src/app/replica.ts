import type { Settings } from '../config/settings-schema.ts';
import type { Clock, EventBus, Random, Secrets } from '../core/ports.ts';
import { fail, ok, type Result } from '../core/result.ts';
import type { GeoTables } from '../destination/geo-tables.ts';
import type { ListeningAddress } from '../destination/self-addresses.ts';
import type { PolicyIssue } from '../policy/issue.ts';
import type { CompiledPolicy } from '../policy/model.ts';
import type { Log } from '../telemetry/log.ts';
import type { LimitLedger } from '../pipeline/limiting/limit-ledger.ts';
import type { Database } from '../store/database.ts';
import { createMetrics, type Metrics } from '../telemetry/metrics.ts';
import { issueText } from './compile-policy.ts';
import type { Counting } from './workers/counting.ts';
import { type DataPlane, openDataPlane } from './data-plane.ts';
import { ownEgress } from './egress/own-egress.ts';
import { openWayOut, type WayOutParts } from './egress/way-out.ts';
import { PolicyInForce } from './in-force.ts';
import { missingCredentials } from './loading/warnings/missing-credentials.ts';
import { originTlsOf } from './loading/origin-tls-of.ts';
import { unknownHomes } from './loading/warnings/unknown-homes.ts';
import { unbelievedIssuers } from './loading/warnings/unbelieved-issuers.ts';
import type { PolicySource } from './loading/policy-source.ts';
import { openTokenEndpoints } from './oauth/token-endpoint.ts';
import { RequiredCopies } from './sinks/required-copies.ts';
import { openState, type State, type StateParts } from './state.ts';
import { tracingOf } from './tracing/open-tracing.ts';
import { Upkeep } from './upkeep/upkeep.ts';

export interface ReplicaParts extends Pick<StateParts, 'worker' | 'onChange'>, Pick<WayOutParts, 'environment'> {
  /** With the listeners that this process opens, which may be none. */
  readonly settings: Settings;
  readonly observe: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly events: EventBus;
  readonly tables: GeoTables;
  /** Gets every address that is listened on, so that no exchange leads back here. */
  readonly listening: ListeningAddress[];
  readonly policy: CompiledPolicy;
  readonly source: PolicySource;
  readonly issues: readonly PolicyIssue[];
  readonly counting: (database: Database) => Counting;
}

/** One process with a chain of its own that decides by one policy, and what it is made of. */
export interface Replica extends AsyncDisposable {
  readonly state: State;
  /** What nobody may see: signing secrets of webhooks, values of credentials. */
  readonly secrets: Secrets;
  readonly inForce: PolicyInForce;
  readonly metrics: Metrics;
  readonly copies: RequiredCopies;
  readonly plane: DataPlane;
  readonly upkeep: Upkeep;
  /** Where what is left of limits is counted. */
  readonly limits: LimitLedger;
}

/** @failure a sentence that names what is wrong: state that cannot be used, a busy port */
export async function openReplica(parts: ReplicaParts): Promise<Result<Replica, string>> {
  const { settings, random, tables, policy, source } = parts;
  await using stack = new AsyncDisposableStack();
  const inForce = new PolicyInForce(policy, originTlsOf(policy, source), tables);
  const opened = await openState(settings, { ...parts, tables: () => inForce.tables });
  if (!opened.ok) return opened;
  const state = stack.use(opened.value);
  const wayOut = await openWayOut({ ...parts, state, inForce });
  if (!wayOut.ok) return wayOut;
  const { secrets } = wayOut.value;
  const metrics = createMetrics();
  const copies = new RequiredCopies(settings);
  const egress = ownEgress({ ...parts, state, inForce, plane: wayOut.value });
  const tokenEndpoints = openTokenEndpoints({ ...parts, inForce, egress, anchors: state.anchors });
  const counting = parts.counting(state.database);
  const shared = { ...parts, counting, state, secrets, wayOut: wayOut.value, tokenEndpoints, inForce, metrics, copies };
  const tracing = settings.traces === undefined ? undefined : tracingOf(settings.traces, shared);
  const plane = await openDataPlane({ ...shared, pseudonym: pseudonym(random), tracer: tracing?.tracer });
  if (!plane.ok) return fail(plane.failure);
  stack.use(plane.value);
  const exporting = await tracing?.open(plane.value);
  if (exporting?.ok === false) return exporting;
  if (exporting !== undefined) stack.use(exporting.value);
  const warnings = [
    ...parts.issues.map(issueText),
    ...unknownHomes(settings, policy),
    ...(await missingCredentials(policy, secrets, tokenEndpoints)),
    ...unbelievedIssuers(policy, settings),
  ];
  const upkeep = stack.use(new Upkeep({ ...shared, plane: plane.value, warnings }));
  const owned = stack.move();
  return ok({
    state,
    secrets,
    inForce,
    metrics,
    copies,
    plane: plane.value,
    upkeep,
    limits: counting.limits,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  });
}

/** A name for Via that says nothing about the machine, and differs between gateways. */
function pseudonym(random: Random): string {
  return `cordon-${Buffer.from(random.bytes(6)).toString('hex')}`;
}
