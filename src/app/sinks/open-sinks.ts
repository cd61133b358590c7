import { join } from 'node:path';
import type { Settings } from '../../config/settings-schema.ts';
import type { Clock, EventBus, Random, Secrets } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { DataPlane } from '../data-plane.ts';
import { judgeEndpoint } from '../egress/judge-endpoint.ts';
import type { PolicyInForce } from '../in-force.ts';
import type { FollowedChains } from '../indexing/writers-in.ts';
import { namedKey } from '../notifying/signature.ts';
import { createAdminRecord } from '../people/admin-record.ts';
import { localReadingKeys } from '../records/record-keys.ts';
import { writersFile } from '../records/stores/known-writers.ts';
import { recordDirectories } from '../records/stores/record-stores.ts';
import type { State } from '../state.ts';
import { ownEgress } from '../egress/own-egress.ts';
import { type HttpSink, httpSinkOf } from './http-sink.ts';
import type { RequiredCopies } from './required-copies.ts';
import { SINK_SESSION } from './own-deliveries.ts';
import { type S3Sink, s3SinkOf } from './s3/s3-sink.ts';
import { SinkFeed, type SinkFeedParts } from './sink-feed.ts';

export interface SinkParts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly events: EventBus;
  readonly state: State;
  readonly secrets: Secrets;
  readonly inForce: PolicyInForce;
  readonly metrics: Metrics;
  readonly copies: RequiredCopies;
  readonly plane: Pick<DataPlane, 'resolver' | 'parent'>;
  readonly leaves?: FollowedChains['leaves'];
}

/**
 * Copies the record to the sinks of the settings, from now on until disposed.
 * @failure a sentence that names the setting: a sink outside home, or one whose place is unknown
 */
export async function openSinks(parts: SinkParts): Promise<Result<AsyncDisposable, string>> {
  const sinks = sinksOf(parts);
  if (!sinks.ok) return sinks;
  const { http, s3 } = sinks.value;
  await using stack = new AsyncDisposableStack();
  if (http.length + s3.length === 0) return ok(stack.move());
  const feed = await feedParts(parts);
  for (const [sink, method] of [...http.map((each) => [each, 'POST'] as const), ...s3.map((each) => [each, 'PUT'] as const)]) {
    const judged = await judgeEndpoint({ ...sink, session: SINK_SESSION }, method, feed.egress);
    if (!judged.ok) return judged;
  }
  for (const sink of http) await stack.use(new SinkFeed(sink, feed)).opened;
  for (const sink of s3) {
    // Only where it is used: most installations have none.
    const { openS3Sink } = await import('./s3/open-s3-sink.ts');
    const opened = await openS3Sink(sink, { ...feed, secrets: parts.secrets, writers: writersFile(parts.settings) });
    if (!opened.ok) return opened;
    stack.use(opened.value);
  }
  return ok(stack.move());
}

interface Sinks {
  readonly http: readonly HttpSink[];
  readonly s3: readonly S3Sink[];
}

function sinksOf({ settings, inForce, clock, state }: SinkParts): Result<Sinks, string> {
  const given = { settings, world: inForce.tables.world, now: clock.now(), anchors: state.anchors };
  const [http, s3]: [HttpSink[], S3Sink[]] = [[], []];
  for (const [index, { type }] of settings.sinks.entries()) {
    const sink = type === 'http' ? addTo(http, httpSinkOf(index, given)) : addTo(s3, s3SinkOf(index, given));
    if (!sink.ok) return sink;
    if (!sink.value) return fail(`sinks[${index}]: Found the same receiver twice, expected one entry`);
  }
  return ok({ http, s3 });
}

/** @returns false where it is there already */
function addTo<S extends { readonly id: string }>(sinks: S[], sink: Result<S, string>): Result<boolean, string> {
  if (!sink.ok) return sink;
  const isNew = sinks.every(({ id }) => id !== sink.value.id);
  if (isNew) sinks.push(sink.value);
  return ok(isNew);
}

async function feedParts({
  settings,
  clock,
  random,
  log,
  events,
  state,
  secrets,
  inForce,
  metrics,
  copies,
  plane,
  leaves,
}: SinkParts): Promise<SinkFeedParts> {
  const { wrapping } = await localReadingKeys(settings);
  const { journal, records } = state;
  return {
    directories: recordDirectories(settings),
    leaves,
    cursors: join(settings.data.directory, 'sinks'),
    journals: records.journals,
    wrapping,
    egress: ownEgress({ clock, random, inForce, state, plane }),
    clock,
    random,
    metrics,
    copies,
    log,
    record: createAdminRecord({ journal, events }),
    keyOf: ({ secret }) => namedKey(secrets, secret),
  };
}
