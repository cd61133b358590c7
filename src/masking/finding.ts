/** Counts what is found while texts are masked, by the id of the entity. Values themselves are in no finding. */
export class Findings {
  readonly #counts = new Map<string, number>();
  /** What was found last, and how often since something else was: in a column of values nothing else is. */
  #last = '';
  #again = 0;

  get counts(): ReadonlyMap<string, number> {
    this.#count();
    return this.#counts;
  }

  add(entity: string): void {
    if (entity !== this.#last) this.#count();
    this.#last = entity;
    this.#again++;
  }

  #count(): void {
    if (this.#again > 0) this.#counts.set(this.#last, (this.#counts.get(this.#last) ?? 0) + this.#again);
    this.#again = 0;
  }
}
