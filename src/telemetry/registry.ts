import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Registry,
  type Metric,
  type MetricObjectWithValues,
  type MetricValue,
} from 'prom-client';
import type { Reading } from './instruments.ts';

/** All that is asked of a metric: its name and its reading. */
export interface Instrument {
  readonly name: string;
  get(): Promise<Reading>;
}

/** What somebody who scrapes gets: the given instruments and prom-client's own about the process. */
export function openRegistry(instruments: Iterable<Instrument>): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  // All that a registry asks of a metric is its name and its reading; the declared type is that of prom-client's classes.
  for (const instrument of instruments) registry.registerMetric(instrument as unknown as Metric);
  return registry;
}

/** A metric with its values, as it goes from one process to another. */
export type MetricReading = MetricObjectWithValues<MetricValue<string>>;

/** The metrics of several processes as those of one. */
export function joinRegistries(readings: readonly (readonly MetricReading[])[]): Registry {
  // Typed as metrics; what it reads are their readings.
  return AggregatorRegistry.aggregate(readings as unknown as Metric[]);
}
