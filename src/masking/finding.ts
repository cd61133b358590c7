/** Counts what is found while texts are masked, by the id of the entity. Values themselves are in no finding. */
export class Findings {
  readonly counts = new Map<string, number>();

  add(entity: string): void {
    this.counts.set(entity, (this.counts.get(entity) ?? 0) + 1);
  }
}
