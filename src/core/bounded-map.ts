interface Slot<V> {
  readonly value: V;
  /** Looked up since it was stored or last passed over. */
  used: boolean;
}

/**
 * A map of bounded size for what many exchanges look up. When it is full, the oldest entry that was not used since it was
 * last passed over makes room ("second chance": close to least recently used).
 *
 * A look-up only sets a mark. Moving an entry to the end of a `Map` at every use costs more than the look-up itself, and
 * each move leaves a hole until the whole table is rebuilt (docs/performance.md).
 */
export class BoundedMap<K, V> {
  readonly #slots = new Map<K, Slot<V>>();
  readonly #capacity: number;

  /** @param capacity most entries at once, at least 1 */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#slots.size;
  }

  get(key: K): V | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    slot.used = true;
    return slot.value;
  }

  /** @returns the value that made room, when one had to */
  set(key: K, value: V): V | undefined {
    this.#slots.delete(key);
    const evicted = this.#slots.size >= this.#capacity ? this.#evict() : undefined;
    this.#slots.set(key, { value, used: false });
    return evicted;
  }

  delete(key: K): boolean {
    return this.#slots.delete(key);
  }

  clear(): void {
    this.#slots.clear();
  }

  *[Symbol.iterator](): Generator<readonly [K, V], void, undefined> {
    for (const [key, { value }] of this.#slots) yield [key, value];
  }

  // Ends: whatever was passed over once has lost its mark.
  #evict(): V | undefined {
    for (const [key, slot] of this.#slots) {
      this.#slots.delete(key);
      if (!slot.used) return slot.value;
      slot.used = false;
      this.#slots.set(key, slot);
    }
    return undefined;
  }
}
