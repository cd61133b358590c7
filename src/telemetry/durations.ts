/** A histogram in the form in which prom-client's registry takes it. */
export interface HistogramReading {
  readonly name: string;
  readonly help: string;
  readonly type: 'histogram';
  readonly aggregator: 'sum';
  readonly values: readonly HistogramValue[];
}

interface HistogramValue {
  readonly metricName: string;
  readonly labels: { readonly le?: number | '+Inf' };
  readonly value: number;
}

/**
 * A histogram that only counts while it is fed, and puts itself into the registry's form when somebody reads. prom-client's
 * own looks its labels up anew for every value.
 */
export class Durations {
  readonly name: string;
  readonly #help: string;
  /** Upper bounds in seconds, ascending. */
  readonly #bounds: readonly number[];
  /** How many fell at or below each bound and above the one before; the last is for what exceeds all bounds. */
  readonly #counts: number[];
  #sum = 0;

  constructor(name: string, help: string, bounds: readonly number[]) {
    this.name = name;
    this.#help = help;
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(seconds: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && seconds > this.#bounds[bucket]!) bucket += 1;
    this.#counts[bucket]! += 1;
    this.#sum += seconds;
  }

  /** What a registry asks of a metric. */
  get(): Promise<HistogramReading> {
    const { name } = this;
    let count = 0;
    const values: HistogramValue[] = this.#counts.map((own, bucket) => {
      count += own;
      return { metricName: `${name}_bucket`, labels: { le: this.#bounds[bucket] ?? '+Inf' }, value: count };
    });
    values.push({ metricName: `${name}_sum`, labels: {}, value: this.#sum });
    values.push({ metricName: `${name}_count`, labels: {}, value: count });
    return Promise.resolve({ name, help: this.#help, type: 'histogram', aggregator: 'sum', values });
  }
}
