import { collectDefaultMetrics, Registry, type Metric } from 'prom-client';
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
