/** What may be kept in {@link Slots}: it remembers where it is kept, and nobody else writes that down. */
export interface Slotted {
  slot?: number;
}

/**
 * A set whose members come and go with every exchange. A `Set` of JavaScript is the wrong thing for that: it is rebuilt again
 * and again, each discarded table keeps a link to the next one, and one table that reached the old generation thereby keeps
 * all later ones alive with everything they held, until the next full collection (docs/performance.md). Here a member that
 * left leaves nothing behind.
 */
export class Slots<T extends Slotted> implements Iterable<T> {
  /** As many as there ever were members at once. */
  readonly #members: (T | undefined)[] = [];
  readonly #free: number[] = [];
  #walks = 0;

  get size(): number {
    return this.#members.length - this.#free.length;
  }

  add(member: T): void {
    // While somebody walks along the members, new ones go to the end, so that none is passed over.
    member.slot = (this.#walks === 0 ? this.#free.pop() : undefined) ?? this.#members.length;
    this.#members[member.slot] = member;
  }

  /** @returns false when it was no member */
  delete(member: T): boolean {
    const { slot } = member;
    if (slot === undefined || this.#members[slot] !== member) return false;
    this.#members[slot] = undefined;
    this.#free.push(slot);
    return true;
  }

  /** All members, those added during the walk included. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    this.#walks += 1;
    try {
      for (let slot = 0; slot < this.#members.length; slot++) {
        const member = this.#members[slot];
        if (member !== undefined) yield member;
      }
    } finally {
      this.#walks -= 1;
    }
  }
}
