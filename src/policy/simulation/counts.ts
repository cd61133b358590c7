/** Counts by name, of which there may be any number: those beyond the capacity are counted together. */
export class Counts<K extends string = string> {
  readonly #counts = new Map<K, number>();
  readonly #capacity: number;
  #others = 0;

  /** @param capacity most names that are counted each by itself */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(name: K, count = 1): void {
    const known = this.#counts.get(name);
    if (known === undefined && this.#counts.size >= this.#capacity) this.#others += count;
    else this.#counts.set(name, (known ?? 0) + count);
  }

  /** Counted under no name of their own. */
  get others(): number {
    return this.#others;
  }

  /** The most frequent first; of those that are as frequent, in the order of their names. */
  toSorted(): readonly (readonly [name: K, count: number])[] {
    return [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  }
}
