/** No entry. */
const NONE = -1;
/** Of a name, from its end: ids of exchanges end in random digits. */
const HASHED = 8;

/**
 * What is known of exchanges by their id, the oldest forgotten where there are too many. A `Map` of JavaScript is the wrong
 * thing where every entry comes and goes: it is rebuilt again and again, and each table that reached the old generation keeps
 * all later ones alive until the next full collection (docs/performance.md). Here an entry that left leaves nothing behind.
 */
export class OpenExchanges<T> {
  readonly #most: number;
  readonly #ids: string[] = [];
  readonly #values: (T | undefined)[] = [];
  /** The first entry of each bucket. */
  readonly #buckets: Int32Array;
  /** Of each entry: the next one in its bucket, or the next one that is free. */
  readonly #next: Int32Array;
  /** Of each entry: the one that came before it, and after it. */
  readonly #older: Int32Array;
  readonly #newer: Int32Array;
  #oldest = NONE;
  #newest = NONE;
  #free = NONE;
  #size = 0;

  /** @param most exchanges at once, at least 1 */
  constructor(most: number) {
    this.#most = most;
    this.#buckets = new Int32Array(2 ** Math.ceil(Math.log2(most + 1))).fill(NONE);
    [this.#next, this.#older, this.#newer] = [new Int32Array(most), new Int32Array(most), new Int32Array(most)];
  }

  get size(): number {
    return this.#size;
  }

  get(id: string): T | undefined {
    const entry = this.#find(id);
    return entry === NONE ? undefined : this.#values[entry];
  }

  /**
   * Adds one that is not there.
   * @returns whether the oldest had to make room for it
   */
  add(id: string, value: T): boolean {
    const isFull = this.#size === this.#most;
    if (isFull) this.#remove(this.#oldest);
    const entry = this.#free === NONE ? this.#ids.length : this.#free;
    if (entry === this.#free) this.#free = this.#next[entry]!;
    const bucket = this.#bucketOf(id);
    this.#ids[entry] = id;
    this.#values[entry] = value;
    this.#next[entry] = this.#buckets[bucket]!;
    this.#buckets[bucket] = entry;
    this.#older[entry] = this.#newest;
    this.#newer[entry] = NONE;
    if (this.#newest === NONE) this.#oldest = entry;
    else this.#newer[this.#newest] = entry;
    this.#newest = entry;
    this.#size += 1;
    return isFull;
  }

  /** Removes one. @returns what was known of it */
  take(id: string): T | undefined {
    const entry = this.#find(id);
    if (entry === NONE) return undefined;
    const value = this.#values[entry];
    this.#remove(entry);
    return value;
  }

  clear(): void {
    while (this.#oldest !== NONE) this.#remove(this.#oldest);
  }

  #find(id: string): number {
    let entry = this.#buckets[this.#bucketOf(id)]!;
    while (entry !== NONE && this.#ids[entry] !== id) entry = this.#next[entry]!;
    return entry;
  }

  #remove(entry: number): void {
    const bucket = this.#bucketOf(this.#ids[entry]!);
    const next = this.#next[entry]!;
    let before = this.#buckets[bucket]!;
    if (before === entry) this.#buckets[bucket] = next;
    else {
      while (this.#next[before] !== entry) before = this.#next[before]!;
      this.#next[before] = next;
    }
    const [older, newer] = [this.#older[entry]!, this.#newer[entry]!];
    if (older === NONE) this.#oldest = newer;
    else this.#newer[older] = newer;
    if (newer === NONE) this.#newest = older;
    else this.#older[newer] = older;
    this.#ids[entry] = '';
    this.#values[entry] = undefined;
    this.#next[entry] = this.#free;
    this.#free = entry;
    this.#size -= 1;
  }

  #bucketOf(id: string): number {
    let hash = 0;
    for (let at = Math.max(0, id.length - HASHED); at < id.length; at++) hash = (Math.imul(hash, 31) + id.charCodeAt(at)) | 0;
    return hash & (this.#buckets.length - 1);
  }
}
