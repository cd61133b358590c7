/** How often values of each entity were found, by its id. Values themselves are in no finding. */
export type FindingCounts = ReadonlyMap<string, number>;

/** Counts findings while texts are masked. */
export class Findings {
  readonly counts = new Map<string, number>();

  add(entity: string): void {
    this.counts.set(entity, (this.counts.get(entity) ?? 0) + 1);
  }
}
