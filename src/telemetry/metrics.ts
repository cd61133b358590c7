/**
 * Metrics in the Prometheus text format. What can be measured is one closed table; label values are closed unions or constants
 * of the program, so no label can name a host or a subject (contract §7).
 */
import type { Registry } from 'prom-client';
import type { Code } from '../core/codes.ts';
import type { Instrument, MetricReading } from './registry.ts';
import { Counts, Durations, Level, Levels, type Counting, type Together } from './instruments.ts';
import type { ExchangeKind } from '../core/exchange/decision.ts';
import type { Alarm } from '../core/exchange/record.ts';
import type { Milliseconds } from '../core/units.ts';
import type { WebhookEvent } from '../core/webhooks/webhook-event.ts';

/** Label values of each counter. */
export interface CounterLabels {
  /** Decisions; `code` is `none` for a permit or a hold. */
  cordon_decisions_total: { kind: ExchangeKind | 'none'; effect: 'permit' | 'hold' | 'deny'; code: Code | 'none' };
  /** Exchanges that the gateway answered itself, or cut. */
  cordon_refusals_total: { code: Code };
  /** Reloads of the policy. */
  cordon_policy_reloads_total: { result: 'loaded' | 'refused' };
  cordon_alarms_total: { alarm: Alarm };
  /** Content bytes relayed. */
  cordon_content_bytes_total: { direction: 'sent' | 'received' };
  /** Values that were found; `entity` is built in, or `own`. */
  cordon_findings_total: { entity: string; direction: 'request' | 'response' };
  /** Attempts to deliver an event to a webhook, and events that were given up. */
  cordon_webhook_deliveries_total: { event: WebhookEvent; result: 'delivered' | 'failed' | 'given-up' };
  /** Workers that ended though nobody had asked them to: killed by a signal, by themselves with a status, or before they could start. */
  cordon_worker_endings_total: { cause: 'signal' | 'status' | 'start' };
  /** Times that so much waited for a worker, or for the primary of the workers, that it was told nothing more. */
  cordon_pipe_full_total: { to: 'worker' | 'primary' };
  /** Attempts to copy a piece of the record to a sink. */
  cordon_sink_deliveries_total: { sink: SinkLabel; result: 'delivered' | 'failed' };
  /** Spans of exchanges: taken by the collector, refused by it, or never sent. */
  cordon_trace_spans_total: { result: 'sent' | 'refused' | 'dropped' };
}

/** A sink as the settings number it: neither host nor path. */
export type SinkLabel = `sinks[${number}]`;

export type CounterName = keyof CounterLabels;
export type HistogramName = 'cordon_decision_seconds' | 'cordon_exchange_seconds' | 'cordon_lookup_seconds';
export type GaugeName =
  | 'cordon_connections'
  | 'cordon_exchanges_in_flight'
  | 'cordon_tunnels'
  | 'cordon_policy_generation'
  | 'cordon_table_age_seconds'
  | 'cordon_tables_stale'
  | 'cordon_record_waiting_bytes'
  | 'cordon_spool_bytes'
  | 'cordon_log_dropped_lines'
  | 'cordon_webhook_messages_waiting'
  | 'cordon_trace_spans_waiting'
  | 'cordon_workers'
  | 'cordon_fleet_replicas'
  | 'cordon_fleet_policies';
/** Gauges with a value for each sink. */
export type SinkGaugeName =
  | 'cordon_sink_waiting_records'
  | 'cordon_sink_waiting_bytes'
  | 'cordon_sink_waiting_segments'
  | 'cordon_sink_lag_seconds'
  | 'cordon_sink_last_success_seconds';

export interface Metrics {
  /** The counter of these labels. */
  counter<N extends CounterName>(name: N, labels: CounterLabels[N]): Counting;
  /** Adds to a counter; `by` defaults to 1. */
  count<N extends CounterName>(name: N, labels: CounterLabels[N], by?: number): void;
  /** Adds a duration, in seconds, to a distribution. */
  observe(name: HistogramName, seconds: number): void;
  /** Sets a gauge. */
  set(name: GaugeName, value: number): void;
  /** Reads a gauge whenever it is asked for. */
  sample(name: GaugeName, read: () => number): void;
  /** The same for one sink. */
  sampleSink(name: SinkGaugeName, sink: SinkLabel, read: () => number): void;
  /** All of it, for the process that tells of several. */
  readings(): Promise<readonly MetricReading[]>;
  /** All of it in the text exposition format. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

const COUNTERS: { readonly [N in CounterName]: string } = {
  cordon_decisions_total: 'Decisions by kind of exchange, effect and code',
  cordon_refusals_total: 'Exchanges that the gateway answered itself, or cut, by code',
  cordon_policy_reloads_total: 'Policy reloads by result',
  cordon_alarms_total: 'Alarms by kind',
  cordon_content_bytes_total: 'Content bytes relayed by direction',
  cordon_findings_total: 'Values found in messages by kind and direction',
  cordon_webhook_deliveries_total: 'Deliveries to webhooks by event and result',
  cordon_worker_endings_total: 'Workers that ended though nobody had asked them to by cause',
  cordon_pipe_full_total: 'Times that a process of the gateway did not take what another one told it',
  cordon_sink_deliveries_total: 'Attempts to copy a piece of the record to a sink by result',
  cordon_trace_spans_total: 'Spans of exchanges by what became of them',
};

const HISTOGRAMS: { readonly [N in HistogramName]: { help: string; buckets: number[] } } = {
  cordon_decision_seconds: {
    help: 'Time the decision point takes',
    buckets: [0.000_002, 0.000_005, 0.000_01, 0.000_05, 0.000_1, 0.001, 0.01],
  },
  cordon_exchange_seconds: { help: 'Time of an exchange from accept to end', buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 600] },
  cordon_lookup_seconds: {
    help: 'Time of a name look-up that went to a server',
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 5],
  },
};

const GAUGES: { readonly [N in GaugeName]: string } = {
  cordon_connections: 'Client connections that are open',
  cordon_exchanges_in_flight: 'Exchanges that have not ended',
  cordon_tunnels: 'Tunnels that are open, those whose requests are judged one by one included',
  cordon_policy_generation: 'Counts up with every change of policy or tables',
  cordon_table_age_seconds: 'Age of the oldest table in use',
  cordon_tables_stale: 'Tables that are older than their limit',
  cordon_record_waiting_bytes: 'Records that wait to be written',
  cordon_spool_bytes: 'Content that waits in the spool',
  cordon_log_dropped_lines: 'Log lines dropped because nobody read them fast enough',
  cordon_webhook_messages_waiting: 'Events that wait for their delivery to a webhook',
  cordon_trace_spans_waiting: 'Spans that wait for the collector',
  cordon_workers: 'Workers that take connections; 0 where the gateway is one process',
  cordon_fleet_replicas: 'Gateways that share the store, this one included',
  cordon_fleet_policies: 'Different policies that they run',
};

/** Gauges that say the same, or nearly, in every process of a gateway: the highest is that of the gateway. */
const HIGHEST: ReadonlySet<GaugeName | SinkGaugeName> = new Set([
  'cordon_policy_generation',
  'cordon_table_age_seconds',
  'cordon_tables_stale',
  'cordon_webhook_messages_waiting',
  'cordon_sink_lag_seconds',
  'cordon_sink_last_success_seconds',
]);

function togetherOf(name: GaugeName | SinkGaugeName): Together {
  return HIGHEST.has(name) ? 'max' : 'sum';
}

const SINK_GAUGES: { readonly [N in SinkGaugeName]: string } = {
  cordon_sink_waiting_records: 'Records of this process that a sink has not taken',
  cordon_sink_waiting_bytes: 'Bytes of segments that a sink has not taken',
  cordon_sink_waiting_segments: 'Segments of which a sink has not taken all',
  cordon_sink_lag_seconds: 'Age of the oldest record that a sink has not taken, or time since its segment was finished',
  cordon_sink_last_success_seconds: 'When a sink last took anything, in seconds since 1970; 0: never in this process',
};

/** When prom-client is loaded: not while everybody waits for the gateway to be ready. */
const REGISTRY_DELAY: Milliseconds = 1_000;

/** A fresh set of metrics; one per process, one per test. */
export function createMetrics(): Metrics {
  const counts = mapTable(COUNTERS, (name, help) => new Counts(name, help));
  const durations = mapTable(HISTOGRAMS, (name, { help, buckets }) => new Durations(name, help, buckets));
  const levels = mapTable(GAUGES, (name, help) => new Level(name, help, togetherOf(name)));
  const sinks = mapTable(SINK_GAUGES, (name, help) => new Levels(name, help, togetherOf(name)));
  let opening: Promise<Registry> | undefined;
  const registry = (): Promise<Registry> => {
    const instruments = [counts, durations, levels, sinks].flatMap((table) => Object.values<Instrument>(table));
    opening ??= import('./registry.ts').then(({ openRegistry }) => openRegistry(instruments));
    return opening;
  };
  setTimeout(() => void registry(), REGISTRY_DELAY).unref();
  return {
    counter: (name, labels) => counts[name].of(labels),
    count: (name, labels, by = 1) => counts[name].of(labels).add(by),
    observe: (name, seconds) => durations[name].observe(seconds),
    set: (name, value) => levels[name].set(value),
    sample: (name, read) => levels[name].sample(read),
    sampleSink: (name, sink, read) => sinks[name].sample({ sink }, read),
    readings: async () => (await registry()).getMetricsAsJSON(),
    render: async () => {
      const opened = await registry();
      return { contentType: opened.contentType, text: await opened.metrics() };
    },
  };
}

function mapTable<N extends string, V, R>(table: Readonly<Record<N, V>>, make: (name: N, value: V) => R): Record<N, R> {
  const entries = Object.entries(table) as [N, V][];
  return Object.fromEntries(entries.map(([name, value]) => [name, make(name, value)])) as Record<N, R>;
}
