/**
 * What measures. An instrument only counts while it is fed, and puts itself into the form of prom-client's registry when
 * somebody reads: prom-client's own look their labels up anew for every value.
 */

/** An instrument as prom-client's registry asks for it. */
export interface Reading {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** What the values of several processes are together. */
  readonly aggregator: Together;
  readonly values: readonly Value[];
}

/** Everything counted counts; of ages and states, the worst tells. */
export type Together = 'sum' | 'max';

interface Value {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/** One counter with its labels settled, for whoever counts with every exchange. */
export interface Counting {
  add(by: number): void;
}

class Tally implements Counting {
  readonly labels: Readonly<Record<string, string>>;
  sum = 0;

  constructor(labels: Readonly<Record<string, string>>) {
    this.labels = labels;
  }

  add(by: number): void {
    this.sum += by;
  }
}

/** A counter for each combination of labels that occurs. */
export class Counts {
  readonly name: string;
  readonly #help: string;
  readonly #tallies = new Map<string, Tally>();

  constructor(name: string, help: string) {
    this.name = name;
    this.#help = help;
  }

  of(labels: Readonly<Record<string, string>>): Counting {
    const key = Object.values(labels).join(' ');
    const tally = this.#tallies.get(key) ?? new Tally(labels);
    this.#tallies.set(key, tally);
    return tally;
  }

  get(): Promise<Reading> {
    const values = [...this.#tallies.values()].map(({ labels, sum }) => ({ labels, value: sum }));
    return Promise.resolve({ name: this.name, help: this.#help, type: 'counter', aggregator: 'sum', values });
  }
}

/** A value that goes up and down: the last one that was set, or what `read` says at the moment somebody asks. */
export class Level {
  readonly name: string;
  readonly #help: string;
  readonly #together: Together;
  #read: () => number = () => 0;

  constructor(name: string, help: string, together: Together) {
    this.name = name;
    this.#help = help;
    this.#together = together;
  }

  set(value: number): void {
    this.#read = () => value;
  }

  sample(read: () => number): void {
    this.#read = read;
  }

  get(): Promise<Reading> {
    const values = [{ labels: {}, value: this.#read() }];
    return Promise.resolve({ name: this.name, help: this.#help, type: 'gauge', aggregator: this.#together, values });
  }
}

/** The same for each of a few that the settings name: nothing where there is none. */
export class Levels {
  readonly name: string;
  readonly #help: string;
  readonly #together: Together;
  readonly #samples = new Map<string, { readonly labels: Readonly<Record<string, string>>; readonly read: () => number }>();

  constructor(name: string, help: string, together: Together) {
    this.name = name;
    this.#help = help;
    this.#together = together;
  }

  sample(labels: Readonly<Record<string, string>>, read: () => number): void {
    this.#samples.set(Object.values(labels).join(' '), { labels, read });
  }

  get(): Promise<Reading> {
    const values = [...this.#samples.values()].map(({ labels, read }) => ({ labels, value: read() }));
    return Promise.resolve({ name: this.name, help: this.#help, type: 'gauge', aggregator: this.#together, values });
  }
}

/** A distribution of durations. */
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

  get(): Promise<Reading> {
    const { name } = this;
    let count = 0;
    const values: Value[] = this.#counts.map((own, bucket) => {
      count += own;
      return { metricName: `${name}_bucket`, labels: { le: this.#bounds[bucket] ?? '+Inf' }, value: count };
    });
    values.push({ metricName: `${name}_sum`, labels: {}, value: this.#sum });
    values.push({ metricName: `${name}_count`, labels: {}, value: count });
    return Promise.resolve({ name, help: this.#help, type: 'histogram', aggregator: 'sum', values });
  }
}
