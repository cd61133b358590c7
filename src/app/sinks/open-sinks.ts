import { join } from 'node:path';
import type { Settings } from '../../config/settings-schema.ts';
import type { Clock, Random } from '../../core/ports.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { DataPlane } from '../data-plane.ts';
import type { PolicyInForce } from '../in-force.ts';
import { namedKey } from '../notifying/signature.ts';
import { recordingsDirectory } from '../records/open-record.ts';
import { localReadingKeys } from '../records/record-keys.ts';
import type { State } from '../state.ts';
import { exchangeIds } from '../system.ts';
import { type HttpSink, httpSinkOf } from './http-sink.ts';
import { SinkFeed, type SinkFeedParts } from './sink-feed.ts';

export interface SinkParts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly state: State;
  readonly inForce: PolicyInForce;
  readonly metrics: Metrics;
  readonly plane: Pick<DataPlane, 'resolver'>;
}

/**
 * Copies the record to the sinks of the settings, from now on until disposed.
 * @failure a sentence that names the setting: a sink outside home, or one whose place is unknown
 */
export async function openSinks(parts: SinkParts): Promise<Result<AsyncDisposable, string>> {
  const sinks = sinksOf(parts);
  if (!sinks.ok) return sinks;
  const stack = new AsyncDisposableStack();
  if (sinks.value.length === 0) return ok(stack);
  const feed = await feedParts(parts);
  for (const sink of sinks.value) stack.use(new SinkFeed(sink, feed));
  return ok(stack);
}

function sinksOf({ settings, inForce, clock, state }: SinkParts): Result<readonly HttpSink[], string> {
  const given = { settings, world: inForce.tables.world, now: clock.now(), anchors: state.anchors };
  const sinks: HttpSink[] = [];
  for (const [index, { type }] of settings.sinks.entries()) {
    if (type !== 'http') continue;
    const sink = httpSinkOf(index, given);
    if (!sink.ok) return sink;
    if (sinks.some(({ id }) => id === sink.value.id)) {
      return fail(`sinks[${index}].url: Found the same receiver twice, expected one entry`);
    }
    sinks.push(sink.value);
  }
  return ok(sinks);
}

async function feedParts({ settings, clock, random, log, state, inForce, metrics, plane }: SinkParts): Promise<SinkFeedParts> {
  const { wrapping } = await localReadingKeys(settings);
  const { journal, secrets } = state;
  const newExchangeId = exchangeIds(clock, random);
  return {
    directory: recordingsDirectory(settings),
    cursors: join(settings.data.directory, 'sinks'),
    journal,
    wrapping,
    egress: { tables: () => inForce.tables, resolver: plane.resolver, clock, journal, newExchangeId },
    clock,
    random,
    metrics,
    log,
    keyOf: ({ secret }) => namedKey(secrets, secret),
  };
}
