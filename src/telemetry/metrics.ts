/**
 * Metrics in the Prometheus text format, behind five functions. What can be measured is one closed table; label values
 * are closed unions or constants of the program, so no label can name a host or a subject (contract §7).
 */
import { collectDefaultMetrics, Counter, Gauge, Registry, type Metric } from 'prom-client';
import type { Code } from '../core/codes.ts';
import { Durations } from './durations.ts';
import type { ExchangeKind } from '../core/exchange/decision.ts';

/** Label values of each counter. */
export interface CounterLabels {
  /** Decisions; `code` is `none` for a permit or a hold. */
  cordon_decisions_total: { kind: ExchangeKind | 'none'; effect: 'permit' | 'hold' | 'deny'; code: Code | 'none' };
  /** Exchanges that ended with an answer of the gateway itself, by the stage that gave it. */
  cordon_refusals_total: { stage: Stage; code: Code };
  /** Reloads of the policy. */
  cordon_policy_reloads_total: { result: 'loaded' | 'refused' };
  /** Content bytes relayed. */
  cordon_content_bytes_total: { direction: 'sent' | 'received' };
}

/** The stages of `pipeline/stages.ts`, and the listener before them. */
export type Stage = 'listener' | 'identity' | 'destination' | 'authorize' | 'transform' | 'upstream' | 'record';

export type CounterName = keyof CounterLabels;
export type HistogramName = 'cordon_decision_seconds' | 'cordon_exchange_seconds' | 'cordon_lookup_seconds';
export type GaugeName =
  | 'cordon_connections'
  | 'cordon_exchanges_in_flight'
  | 'cordon_policy_generation'
  | 'cordon_table_age_seconds'
  | 'cordon_tables_stale'
  | 'cordon_spool_bytes'
  | 'cordon_log_dropped_lines';

/** One counter with its labels settled, for whoever counts with every exchange. */
export interface Counting {
  add(by: number): void;
}

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
  /** All of it in the text exposition format. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

const COUNTERS: { readonly [N in CounterName]: { help: string; labels: readonly string[] } } = {
  cordon_decisions_total: { help: 'Decisions by kind of exchange, effect and code', labels: ['kind', 'effect', 'code'] },
  cordon_refusals_total: { help: 'Answers of the gateway itself by stage and code', labels: ['stage', 'code'] },
  cordon_policy_reloads_total: { help: 'Policy reloads by result', labels: ['result'] },
  cordon_content_bytes_total: { help: 'Content bytes relayed by direction', labels: ['direction'] },
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
  cordon_policy_generation: 'Counts up with every change of policy or tables',
  cordon_table_age_seconds: 'Age of the oldest table in use',
  cordon_tables_stale: 'Tables that are older than their limit',
  cordon_spool_bytes: 'Content that waits in the spool',
  cordon_log_dropped_lines: 'Log lines dropped because nobody read them fast enough',
};

/** A fresh set of metrics; one per process, one per test. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const counters = mapTable(COUNTERS, (name, { help, labels }) => new Counter({ name, help, labelNames: labels, registers }));
  const histograms = mapTable(HISTOGRAMS, (name, { help, buckets }) => {
    const durations = new Durations(name, help, buckets);
    registry.registerMetric(durations as unknown as Metric);
    return durations;
  });
  const readers = new Map<GaugeName, () => number>();
  const tallies = new Map<string, Tally>();
  const gauges = mapTable(GAUGES, (name, help) => gauge(name, help, registers, readers));
  const tally = <N extends CounterName>(name: N, labels: CounterLabels[N]): Tally => {
    const key = `${name} ${Object.values(labels).join(' ')}`;
    const known = tallies.get(key) ?? new Tally(counters[name].labels(labels as Record<string, string>));
    tallies.set(key, known);
    return known;
  };
  return {
    counter: tally,
    count: (name, labels, by = 1) => tally(name, labels).add(by),
    observe: (name, seconds) => histograms[name].observe(seconds),
    set: (name, value) => gauges[name].set(value),
    sample: (name, read) => void readers.set(name, read),
    render: async () => {
      for (const each of tallies.values()) each.hand();
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

/** Counts by itself and hands the sum over when somebody reads: prom-client looks its labels up anew for every count. */
class Tally implements Counting {
  readonly #child: Counter.Internal;
  #sum = 0;

  constructor(child: Counter.Internal) {
    this.#child = child;
  }

  add(by: number): void {
    this.#sum += by;
  }

  hand(): void {
    this.#child.inc(this.#sum);
    this.#sum = 0;
  }
}

function gauge(name: GaugeName, help: string, registers: Registry[], readers: ReadonlyMap<GaugeName, () => number>): Gauge {
  return new Gauge({
    name,
    help,
    registers,
    collect() {
      const read = readers.get(name);
      if (read !== undefined) this.set(read());
    },
  });
}

function mapTable<N extends string, V, R>(table: Readonly<Record<N, V>>, make: (name: N, value: V) => R): Record<N, R> {
  const entries = Object.entries(table) as [N, V][];
  return Object.fromEntries(entries.map(([name, value]) => [name, make(name, value)])) as Record<N, R>;
}
