/** Values that may be in a run, each as two places in the raw text and the position of its entity. */
export class Candidates {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #entities: number[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  start(index: number): number {
    return this.#starts[index]!;
  }

  end(index: number): number {
    return this.#ends[index]!;
  }

  entity(index: number): number {
    return this.#entities[index]!;
  }

  clear(): void {
    this.#count = 0;
  }

  add(start: number, end: number, entity: number): void {
    this.#starts[this.#count] = start;
    this.#ends[this.#count] = end;
    this.#entities[this.#count] = entity;
    this.#count++;
  }

  /** Leaves those that stand, in order: of two that overlap the longer one, then the one whose entity comes first. */
  settle(): void {
    if (this.#areApart()) return;
    const first = Math.min(...this.#starts.slice(0, this.#count));
    const taken = new Uint8Array(Math.max(...this.#ends.slice(0, this.#count)) - first);
    const standing: number[] = [];
    for (const i of this.#byRank()) {
      const [start, end] = [this.#starts[i]! - first, this.#ends[i]! - first];
      // Those before are at least as long, so what overlaps one has an end of its own in it.
      if (taken[start] === 1 || taken[end - 1] === 1) continue;
      taken.fill(1, start, end);
      standing.push(i);
    }
    standing.sort((i, j) => this.#starts[i]! - this.#starts[j]!);
    const values = standing.map((i) => [this.#starts[i]!, this.#ends[i]!, this.#entities[i]!] as const);
    this.clear();
    for (const [start, end, entity] of values) this.add(start, end, entity);
  }

  /** Whether they were added in order, and none overlaps the next: nearly always. */
  #areApart(): boolean {
    for (let i = 1; i < this.#count; i++) if (this.#starts[i]! < this.#ends[i - 1]!) return false;
    return true;
  }

  #byRank(): readonly number[] {
    const length = (i: number): number => this.#ends[i]! - this.#starts[i]!;
    return Array.from({ length: this.#count }, (_, i) => i).sort(
      (i, j) => length(j) - length(i) || this.#entities[i]! - this.#entities[j]! || this.#starts[i]! - this.#starts[j]!,
    );
  }
}
